PRAGMA application_id = 1416446571;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE fold_accounts (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	floor INTEGER, 
	ceiling INTEGER, 
	balance INTEGER NOT NULL, 
	CONSTRAINT pk_fold_accounts PRIMARY KEY (id), 
	CONSTRAINT ck_fold_accounts_owner CHECK ((kind = 'member') = (owner <> '')), 
	CONSTRAINT ck_fold_accounts_kind CHECK (kind IN ('member', 'bank', 'contra', 'outside', 'redemption', 'transit')), 
	CONSTRAINT ck_fold_accounts_balance CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991), 
	CONSTRAINT ck_fold_accounts_ceiling CHECK (ceiling BETWEEN 0 AND 9007199254740991), 
	CONSTRAINT ck_fold_accounts_floor CHECK (floor BETWEEN -9007199254740991 AND 0), 
	CONSTRAINT ck_fold_accounts_currency CHECK (length(currency) BETWEEN 3 AND 8)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "fold_accounts" VALUES('00000000000000000000000000000001','member','HRS','0000000000000000000000000000001f',-600,600,-90);
INSERT INTO "fold_accounts" VALUES('00000000000000000000000000000002','member','HRS','0000000000000000000000000000002f',-600,600,90);
CREATE TABLE fold_agreements (
	"key" TEXT NOT NULL, 
	member TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	agreement TEXT NOT NULL, 
	CONSTRAINT pk_fold_agreements PRIMARY KEY ("key")
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "fold_agreements" VALUES('key','member','currency','agreement');
CREATE TABLE fold_bank_lines (
	line TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	cited INTEGER NOT NULL, 
	CONSTRAINT pk_fold_bank_lines PRIMARY KEY (line), 
	CONSTRAINT ck_fold_bank_lines_amount CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991), 
	CONSTRAINT ck_fold_bank_lines_cited CHECK (cited BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_currencies (
	code TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	contra TEXT NOT NULL, 
	redemption TEXT NOT NULL, 
	credit_given INTEGER NOT NULL, 
	issued INTEGER NOT NULL, 
	retired INTEGER NOT NULL, 
	reserve INTEGER NOT NULL, 
	CONSTRAINT pk_fold_currencies PRIMARY KEY (code), 
	CONSTRAINT ck_fold_currencies_unit CHECK (unit IN ('minute', 'cent')), 
	CONSTRAINT ck_fold_currencies_credit_given CHECK (credit_given BETWEEN 0 AND 9007199254740991), 
	CONSTRAINT ck_fold_currencies_issued CHECK (issued BETWEEN 0 AND 9007199254740991), 
	CONSTRAINT ck_fold_currencies_code CHECK (length(code) BETWEEN 3 AND 8), 
	CONSTRAINT ck_fold_currencies_reserve CHECK (reserve BETWEEN -9007199254740991 AND 9007199254740991), 
	CONSTRAINT ck_fold_currencies_retired CHECK (retired BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_governance (
	"key" TEXT NOT NULL, 
	ledger TEXT NOT NULL, 
	rules INTEGER NOT NULL, 
	log_key TEXT NOT NULL, 
	key_delay INTEGER NOT NULL, 
	thresholds TEXT NOT NULL, 
	origins TEXT NOT NULL, 
	CONSTRAINT pk_fold_governance PRIMARY KEY ("key"), 
	CONSTRAINT ck_fold_governance_single CHECK (key = ''), 
	CONSTRAINT ck_fold_governance_rules CHECK (rules >= 1)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_holders (
	role TEXT NOT NULL, 
	members TEXT NOT NULL, 
	CONSTRAINT pk_fold_holders PRIMARY KEY (role)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_key_days (
	"key" TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	day INTEGER NOT NULL, 
	spent INTEGER NOT NULL, 
	CONSTRAINT pk_fold_key_days PRIMARY KEY ("key"), 
	CONSTRAINT ck_fold_key_days_spent CHECK (spent BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_keys (
	id TEXT NOT NULL, 
	member TEXT NOT NULL, 
	scheme TEXT NOT NULL, 
	spki TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	caps TEXT NOT NULL, 
	active_from INTEGER NOT NULL, 
	revoked INTEGER NOT NULL, 
	CONSTRAINT pk_fold_keys PRIMARY KEY (id), 
	CONSTRAINT ck_fold_keys_scheme CHECK (scheme IN ('ed25519', 'webauthn-es256'))
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_members (
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	status TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	accounts TEXT NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_fold_members PRIMARY KEY (id), 
	CONSTRAINT ck_fold_members_kind CHECK (kind IN ('person', 'shop', 'organisation')), 
	CONSTRAINT ck_fold_members_status CHECK (status IN ('active', 'suspended', 'left'))
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "fold_members" VALUES('ffffffffffffffffffffffffffffffff','person','active','["shop"]','[["HRS","00000000000000000000000000000001"]]','1111111111111111111111111111111111111111111111111111111111111111');
CREATE TABLE fold_redemptions (
	redemption TEXT NOT NULL, 
	account TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	open INTEGER NOT NULL, 
	settled_by TEXT NOT NULL, 
	CONSTRAINT pk_fold_redemptions PRIMARY KEY (redemption), 
	CONSTRAINT ck_fold_redemptions_open CHECK (open BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_returned (
	"key" TEXT NOT NULL, 
	entry TEXT NOT NULL, 
	payer TEXT NOT NULL, 
	payee TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	CONSTRAINT pk_fold_returned PRIMARY KEY ("key"), 
	CONSTRAINT ck_fold_returned_amount CHECK (amount BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE fold_used (
	"key" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	what TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	CONSTRAINT pk_fold_used PRIMARY KEY ("key"), 
	CONSTRAINT ck_fold_used_kind CHECK (kind IN ('invitation', 'request', 'withdrawn'))
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE journal_checkpoints (
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	time INTEGER NOT NULL, 
	CONSTRAINT pk_journal_checkpoints PRIMARY KEY (size), 
	CONSTRAINT ck_journal_checkpoints_root CHECK (length(root) = 32), 
	CONSTRAINT ck_journal_checkpoints_size CHECK (size > 0)
)
 STRICT

;
INSERT INTO "journal_checkpoints" VALUES(2,X'FC52D71A368A798FD96EC7E5B7EE5F8F9FDD10C7FF9AB146C4EAC1E6A0A1B10A',1700000000);
CREATE TABLE journal_entries (
	seq INTEGER NOT NULL, 
	time INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	author TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	leaf BLOB NOT NULL, 
	entry BLOB NOT NULL, 
	CONSTRAINT pk_journal_entries PRIMARY KEY (seq), 
	CONSTRAINT ck_journal_entries_leaf CHECK (length(leaf) = 32), 
	CONSTRAINT ck_journal_entries_seq CHECK (seq >= 0), 
	CONSTRAINT uq_journal_entries_identity UNIQUE (identity), 
	CONSTRAINT uq_journal_entries_order_id_author UNIQUE (order_id, author)
)
 STRICT

;
INSERT INTO "journal_entries" VALUES(0,1700000000,'genesis','00000000000000000000000000000000','00000000000000000000000000000000','0b4a4b8d8ded37902ac671f24db72af504765ef7016d8030dc18b71edd42d092',X'A402B0E36F5AAE85457360FCF00A2545B87DD47F310553E7B0D32D6D0AC4400D',X'7B22736571223A307D');
INSERT INTO "journal_entries" VALUES(1,1700000000,'pay','00000000000000000000000000000001','00000000000000000000000000000001','b41e95c43f388d561b146326d84e3a6b9e31c4ef32ab97c04774c31aada3246a',X'B119A77A4864308C481EFB947FF723D6BD4EA1E7FAB902EB8CA98BD759E46AEE',X'7B22736571223A317D');
CREATE TABLE journal_head (
	id INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	time INTEGER NOT NULL, 
	frontier BLOB NOT NULL, 
	CONSTRAINT pk_journal_head PRIMARY KEY (id), 
	CONSTRAINT ck_journal_head_single CHECK (id = 1), 
	CONSTRAINT ck_journal_head_size CHECK (size >= 0)
)
 STRICT

;
INSERT INTO "journal_head" VALUES(1,2,1700000000,X'0000000000000002FC52D71A368A798FD96EC7E5B7EE5F8F9FDD10C7FF9AB146C4EAC1E6A0A1B10A');
CREATE TABLE journal_nodes (
	level INTEGER NOT NULL, 
	idx INTEGER NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_journal_nodes PRIMARY KEY (level, idx), 
	CONSTRAINT ck_journal_nodes_hash CHECK (length(hash) = 32), 
	CONSTRAINT ck_journal_nodes_level CHECK (level IN (8, 16, 24, 32, 40, 48))
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE journal_postings (
	seq INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	account TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	CONSTRAINT pk_journal_postings PRIMARY KEY (seq, n), 
	CONSTRAINT ck_journal_postings_nonzero CHECK (amount <> 0), 
	CONSTRAINT ck_journal_postings_amount CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "journal_postings" VALUES(1,0,'00000000000000000000000000000001',-90);
INSERT INTO "journal_postings" VALUES(1,1,'00000000000000000000000000000002',90);
CREATE TABLE kept_allowances (
	member TEXT NOT NULL, 
	period TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	up_to INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	CONSTRAINT pk_kept_allowances PRIMARY KEY (member, period, created), 
	CONSTRAINT ck_kept_allowances_up_to CHECK (up_to BETWEEN 0 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_allowances" VALUES('member','period',7,7,'Amina’s ☺','by');
CREATE TABLE kept_bank_lines (
	id TEXT NOT NULL, 
	file TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	day TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	reference TEXT NOT NULL, 
	batch TEXT NOT NULL, 
	details TEXT NOT NULL, 
	identity TEXT, 
	CONSTRAINT pk_kept_bank_lines PRIMARY KEY (id), 
	CONSTRAINT ck_kept_bank_lines_amount CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_bank_lines" VALUES('id','file',7,'day',7,'reference','batch','details',NULL);
CREATE TABLE kept_check_runs (
	depth TEXT NOT NULL, 
	started INTEGER NOT NULL, 
	finished INTEGER NOT NULL, 
	CONSTRAINT pk_kept_check_runs PRIMARY KEY (depth), 
	CONSTRAINT ck_kept_check_runs_depth CHECK (depth IN ('quick', 'full'))
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_check_runs" VALUES('quick',7,7);
CREATE TABLE kept_checks (
	name TEXT NOT NULL, 
	checked INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	root BLOB NOT NULL, 
	findings TEXT NOT NULL, 
	CONSTRAINT pk_kept_checks PRIMARY KEY (name), 
	CONSTRAINT ck_kept_checks_size CHECK (size >= 0)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_checks" VALUES('Amina’s ☺',7,7,X'0000000000000000000000000000000000000000000000000000000000000000','[]');
CREATE TABLE kept_codes (
	code TEXT NOT NULL, 
	member TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	revoked INTEGER, 
	CONSTRAINT pk_kept_codes PRIMARY KEY (code)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE kept_documents (
	digest TEXT NOT NULL, 
	title TEXT NOT NULL, 
	text TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	CONSTRAINT pk_kept_documents PRIMARY KEY (digest)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_documents" VALUES('abababababababababababababababababababababababababababababababab','Amina’s ☺','Amina’s ☺',7);
CREATE TABLE kept_exports (
	id TEXT NOT NULL, 
	time INTEGER NOT NULL, 
	"by" TEXT NOT NULL, 
	format TEXT NOT NULL, 
	first TEXT NOT NULL, 
	last TEXT NOT NULL, 
	names INTEGER NOT NULL, 
	encrypted INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	CONSTRAINT pk_kept_exports PRIMARY KEY (id), 
	CONSTRAINT ck_kept_exports_format CHECK (format IN ('beancount', 'csv', 'hledger', 'xaf')), 
	CONSTRAINT ck_kept_exports_secret CHECK (encrypted OR NOT names)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_exports" VALUES('id',7,'by','csv','first','last',1,1,'abababababababababababababababababababababababababababababababab');
CREATE TABLE kept_files (
	digest TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT pk_kept_files PRIMARY KEY (digest), 
	CONSTRAINT ck_kept_files_digest CHECK (length(digest) = 64), 
	CONSTRAINT ck_kept_files_kind CHECK (kind IN ('pain', 'camt'))
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_files" VALUES('abababababababababababababababababababababababababababababababab','pain','Amina’s ☺',7,X'7B2261223A22C3A9227D');
CREATE TABLE kept_invitations (
	secret_hash TEXT NOT NULL, 
	voucher BLOB NOT NULL, 
	authorization BLOB NOT NULL, 
	label TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	expires INTEGER NOT NULL, 
	CONSTRAINT pk_kept_invitations PRIMARY KEY (secret_hash)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE kept_openings (
	commitment TEXT NOT NULL, 
	salt BLOB NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_kept_openings PRIMARY KEY (commitment)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_openings" VALUES('1111111111111111111111111111111111111111111111111111111111111111',X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F','Amina’s ☺');
CREATE TABLE kept_passkeys (
	key_id TEXT NOT NULL, 
	member TEXT NOT NULL, 
	credential_id BLOB, 
	label TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	CONSTRAINT pk_kept_passkeys PRIMARY KEY (key_id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_passkeys" VALUES('k','amina',NULL,'laptop',1);
CREATE TABLE kept_proposals (
	identity TEXT NOT NULL, 
	type TEXT NOT NULL, 
	"order" BLOB NOT NULL, 
	authorizations BLOB NOT NULL, 
	created INTEGER NOT NULL, 
	expires INTEGER NOT NULL, 
	CONSTRAINT pk_kept_proposals PRIMARY KEY (identity)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE kept_readings (
	id TEXT NOT NULL, 
	reader TEXT NOT NULL, 
	member TEXT NOT NULL, 
	what TEXT NOT NULL, 
	time INTEGER NOT NULL, 
	CONSTRAINT pk_kept_readings PRIMARY KEY (id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_readings" VALUES('id','reader','member','what',7);
CREATE TABLE kept_refusals (
	identity TEXT NOT NULL, 
	code TEXT NOT NULL, 
	details TEXT NOT NULL, 
	until INTEGER NOT NULL, 
	CONSTRAINT pk_kept_refusals PRIMARY KEY (identity)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE kept_reissues (
	redemption TEXT NOT NULL, 
	line TEXT NOT NULL, 
	identity TEXT NOT NULL, 
	CONSTRAINT pk_kept_reissues PRIMARY KEY (redemption)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_reissues" VALUES('redemption','line','identity');
CREATE TABLE kept_requests (
	id TEXT NOT NULL, 
	code TEXT NOT NULL, 
	payee TEXT NOT NULL, 
	request BLOB NOT NULL, 
	memo TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	expires INTEGER NOT NULL, 
	cancelled INTEGER NOT NULL, 
	CONSTRAINT pk_kept_requests PRIMARY KEY (id), 
	CONSTRAINT uq_kept_requests_code UNIQUE (code)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_requests" VALUES('id','CODE','amina',X'7B2261223A22C3A9227D','fiets',1,2,1);
CREATE TABLE kept_rewards (
	digest TEXT NOT NULL, 
	payer TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	content BLOB NOT NULL, 
	CONSTRAINT pk_kept_rewards PRIMARY KEY (digest)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_rewards" VALUES('abababababababababababababababababababababababababababababababab','payer','Amina’s ☺',7,X'7B2261223A22C3A9227D');
CREATE TABLE kept_seals (
	member TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	root TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	time INTEGER NOT NULL, 
	authorization BLOB NOT NULL, 
	CONSTRAINT pk_kept_seals PRIMARY KEY (member, size, root), 
	CONSTRAINT ck_kept_seals_size CHECK (size > 0)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_seals" VALUES('member',7,'abababababababababababababababababababababababababababababababab','key_id',7,X'7B2261223A22C3A9227D');
CREATE TABLE kept_sessions (
	token_hash TEXT NOT NULL, 
	member TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	revoked INTEGER, 
	CONSTRAINT pk_kept_sessions PRIMARY KEY (token_hash)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE kept_settings (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_kept_settings PRIMARY KEY (name)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "kept_settings" VALUES('name','Wijk');
CREATE TABLE kept_tills (
	token_hash TEXT NOT NULL, 
	member TEXT NOT NULL, 
	label TEXT NOT NULL, 
	created INTEGER NOT NULL, 
	revoked INTEGER, 
	CONSTRAINT pk_kept_tills PRIMARY KEY (token_hash)
)
 WITHOUT ROWID,
 STRICT

;
CREATE INDEX ix_journal_postings_account_seq ON journal_postings (account, seq);
CREATE INDEX ix_fold_keys_member ON fold_keys (member);
CREATE INDEX ix_kept_codes_member ON kept_codes (member);
CREATE INDEX ix_kept_tills_member ON kept_tills (member);
CREATE INDEX ix_kept_passkeys_credential_id ON kept_passkeys (credential_id);
CREATE INDEX ix_kept_passkeys_member ON kept_passkeys (member);
CREATE TRIGGER journal_entries_no_update BEFORE UPDATE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal_entries is append-only'); END;
CREATE TRIGGER journal_entries_no_delete BEFORE DELETE ON journal_entries BEGIN SELECT RAISE(ABORT, 'journal_entries is append-only'); END;
CREATE TRIGGER journal_entries_no_replace BEFORE INSERT ON journal_entries WHEN EXISTS (SELECT 1 FROM journal_entries WHERE seq = NEW.seq OR identity = NEW.identity OR (author = NEW.author AND order_id = NEW.order_id)) BEGIN SELECT RAISE(ABORT, 'journal_entries is append-only'); END;
CREATE TRIGGER journal_postings_no_update BEFORE UPDATE ON journal_postings BEGIN SELECT RAISE(ABORT, 'journal_postings is append-only'); END;
CREATE TRIGGER journal_postings_no_delete BEFORE DELETE ON journal_postings BEGIN SELECT RAISE(ABORT, 'journal_postings is append-only'); END;
CREATE TRIGGER journal_postings_no_replace BEFORE INSERT ON journal_postings WHEN EXISTS (SELECT 1 FROM journal_postings WHERE seq = NEW.seq AND n = NEW.n) BEGIN SELECT RAISE(ABORT, 'journal_postings is append-only'); END;
CREATE TRIGGER journal_nodes_no_update BEFORE UPDATE ON journal_nodes BEGIN SELECT RAISE(ABORT, 'journal_nodes is append-only'); END;
CREATE TRIGGER journal_nodes_no_delete BEFORE DELETE ON journal_nodes BEGIN SELECT RAISE(ABORT, 'journal_nodes is append-only'); END;
CREATE TRIGGER journal_nodes_no_replace BEFORE INSERT ON journal_nodes WHEN EXISTS (SELECT 1 FROM journal_nodes WHERE level = NEW.level AND idx = NEW.idx) BEGIN SELECT RAISE(ABORT, 'journal_nodes is append-only'); END;
CREATE TRIGGER journal_checkpoints_no_update BEFORE UPDATE ON journal_checkpoints BEGIN SELECT RAISE(ABORT, 'journal_checkpoints is append-only'); END;
CREATE TRIGGER journal_checkpoints_no_delete BEFORE DELETE ON journal_checkpoints BEGIN SELECT RAISE(ABORT, 'journal_checkpoints is append-only'); END;
CREATE TRIGGER journal_checkpoints_no_replace BEFORE INSERT ON journal_checkpoints WHEN EXISTS (SELECT 1 FROM journal_checkpoints WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'journal_checkpoints is append-only'); END;
CREATE INDEX ix_kept_readings_member_id ON kept_readings (member, id);
CREATE INDEX ix_kept_rewards_payer ON kept_rewards (payer);
COMMIT;
