SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.journal_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE '% is append-only', TG_TABLE_NAME USING ERRCODE = '23001'; END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.fold_accounts (
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    owner text NOT NULL COLLATE pg_catalog."C",
    floor bigint,
    ceiling bigint,
    balance bigint NOT NULL,
    CONSTRAINT ck_fold_accounts_balance CHECK (((balance >= '-9007199254740991'::bigint) AND (balance <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_accounts_ceiling CHECK (((ceiling >= 0) AND (ceiling <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_accounts_currency CHECK (((length(currency) >= 3) AND (length(currency) <= 8))),
    CONSTRAINT ck_fold_accounts_floor CHECK (((floor >= '-9007199254740991'::bigint) AND (floor <= 0))),
    CONSTRAINT ck_fold_accounts_kind CHECK ((kind = ANY (ARRAY['member'::text, 'bank'::text, 'contra'::text, 'outside'::text, 'redemption'::text, 'transit'::text]))),
    CONSTRAINT ck_fold_accounts_owner CHECK (((kind = 'member'::text) = (owner <> ''::text)))
);
CREATE TABLE public.fold_agreements (
    key text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    agreement text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.fold_bank_lines (
    line text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    cited bigint NOT NULL,
    CONSTRAINT ck_fold_bank_lines_amount CHECK (((amount >= '-9007199254740991'::bigint) AND (amount <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_bank_lines_cited CHECK (((cited >= 0) AND (cited <= '9007199254740991'::bigint)))
);
CREATE TABLE public.fold_currencies (
    code text NOT NULL COLLATE pg_catalog."C",
    unit text NOT NULL COLLATE pg_catalog."C",
    policy text NOT NULL COLLATE pg_catalog."C",
    contra text NOT NULL COLLATE pg_catalog."C",
    redemption text NOT NULL COLLATE pg_catalog."C",
    credit_given bigint NOT NULL,
    issued bigint NOT NULL,
    retired bigint NOT NULL,
    reserve bigint NOT NULL,
    CONSTRAINT ck_fold_currencies_code CHECK (((length(code) >= 3) AND (length(code) <= 8))),
    CONSTRAINT ck_fold_currencies_credit_given CHECK (((credit_given >= 0) AND (credit_given <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_currencies_issued CHECK (((issued >= 0) AND (issued <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_currencies_reserve CHECK (((reserve >= '-9007199254740991'::bigint) AND (reserve <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_currencies_retired CHECK (((retired >= 0) AND (retired <= '9007199254740991'::bigint))),
    CONSTRAINT ck_fold_currencies_unit CHECK ((unit = ANY (ARRAY['minute'::text, 'cent'::text])))
);
CREATE TABLE public.fold_governance (
    key text NOT NULL COLLATE pg_catalog."C",
    ledger text NOT NULL COLLATE pg_catalog."C",
    rules bigint NOT NULL,
    log_key text NOT NULL COLLATE pg_catalog."C",
    key_delay bigint NOT NULL,
    thresholds text NOT NULL COLLATE pg_catalog."C",
    origins text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_fold_governance_rules CHECK ((rules >= 1)),
    CONSTRAINT ck_fold_governance_single CHECK ((key = ''::text))
);
CREATE TABLE public.fold_holders (
    role text NOT NULL COLLATE pg_catalog."C",
    members text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.fold_key_days (
    key text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    day bigint NOT NULL,
    spent bigint NOT NULL,
    CONSTRAINT ck_fold_key_days_spent CHECK (((spent >= 0) AND (spent <= '9007199254740991'::bigint)))
);
CREATE TABLE public.fold_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    scheme text NOT NULL COLLATE pg_catalog."C",
    spki text NOT NULL COLLATE pg_catalog."C",
    scopes text NOT NULL COLLATE pg_catalog."C",
    caps text NOT NULL COLLATE pg_catalog."C",
    active_from bigint NOT NULL,
    revoked boolean NOT NULL,
    CONSTRAINT ck_fold_keys_scheme CHECK ((scheme = ANY (ARRAY['ed25519'::text, 'webauthn-es256'::text])))
);
CREATE TABLE public.fold_members (
    id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL COLLATE pg_catalog."C",
    roles text NOT NULL COLLATE pg_catalog."C",
    accounts text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_fold_members_kind CHECK ((kind = ANY (ARRAY['person'::text, 'shop'::text, 'organisation'::text]))),
    CONSTRAINT ck_fold_members_status CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'left'::text])))
);
CREATE TABLE public.fold_redemptions (
    redemption text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    currency text NOT NULL COLLATE pg_catalog."C",
    open bigint NOT NULL,
    settled_by text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_fold_redemptions_open CHECK (((open >= 0) AND (open <= '9007199254740991'::bigint)))
);
CREATE TABLE public.fold_returned (
    key text NOT NULL COLLATE pg_catalog."C",
    entry text NOT NULL COLLATE pg_catalog."C",
    payer text NOT NULL COLLATE pg_catalog."C",
    payee text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    CONSTRAINT ck_fold_returned_amount CHECK (((amount >= 0) AND (amount <= '9007199254740991'::bigint)))
);
CREATE TABLE public.fold_used (
    key text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    what text NOT NULL COLLATE pg_catalog."C",
    by text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_fold_used_kind CHECK ((kind = ANY (ARRAY['invitation'::text, 'request'::text, 'withdrawn'::text])))
);
CREATE TABLE public.journal_checkpoints (
    size bigint NOT NULL,
    root bytea NOT NULL,
    "time" bigint NOT NULL,
    CONSTRAINT ck_journal_checkpoints_root CHECK ((length(root) = 32)),
    CONSTRAINT ck_journal_checkpoints_size CHECK ((size > 0))
);
CREATE TABLE public.journal_entries (
    seq bigint NOT NULL,
    "time" bigint NOT NULL,
    type text NOT NULL COLLATE pg_catalog."C",
    author text NOT NULL COLLATE pg_catalog."C",
    order_id text NOT NULL COLLATE pg_catalog."C",
    identity text NOT NULL COLLATE pg_catalog."C",
    leaf bytea NOT NULL,
    entry bytea NOT NULL,
    CONSTRAINT ck_journal_entries_leaf CHECK ((length(leaf) = 32)),
    CONSTRAINT ck_journal_entries_seq CHECK ((seq >= 0))
);
CREATE TABLE public.journal_head (
    id bigint NOT NULL,
    size bigint NOT NULL,
    "time" bigint NOT NULL,
    frontier bytea NOT NULL,
    CONSTRAINT ck_journal_head_single CHECK ((id = 1)),
    CONSTRAINT ck_journal_head_size CHECK ((size >= 0))
);
CREATE TABLE public.journal_nodes (
    level bigint NOT NULL,
    idx bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT ck_journal_nodes_hash CHECK ((length(hash) = 32)),
    CONSTRAINT ck_journal_nodes_level CHECK ((level = ANY (ARRAY[(8)::bigint, (16)::bigint, (24)::bigint, (32)::bigint, (40)::bigint, (48)::bigint])))
);
CREATE TABLE public.journal_postings (
    seq bigint NOT NULL,
    n bigint NOT NULL,
    account text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    CONSTRAINT ck_journal_postings_amount CHECK (((amount >= '-9007199254740991'::bigint) AND (amount <= '9007199254740991'::bigint))),
    CONSTRAINT ck_journal_postings_nonzero CHECK ((amount <> 0))
);
CREATE TABLE public.kept_allowances (
    member text NOT NULL COLLATE pg_catalog."C",
    period text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    up_to bigint NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    by text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_kept_allowances_up_to CHECK (((up_to >= 0) AND (up_to <= '9007199254740991'::bigint)))
);
CREATE TABLE public.kept_bank_lines (
    id text NOT NULL COLLATE pg_catalog."C",
    file text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    day text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    reference text NOT NULL COLLATE pg_catalog."C",
    batch text NOT NULL COLLATE pg_catalog."C",
    details text NOT NULL COLLATE pg_catalog."C",
    identity text COLLATE pg_catalog."C",
    CONSTRAINT ck_kept_bank_lines_amount CHECK (((amount >= '-9007199254740991'::bigint) AND (amount <= '9007199254740991'::bigint)))
);
CREATE TABLE public.kept_check_runs (
    depth text NOT NULL COLLATE pg_catalog."C",
    started bigint NOT NULL,
    finished bigint NOT NULL,
    CONSTRAINT ck_kept_check_runs_depth CHECK ((depth = ANY (ARRAY['quick'::text, 'full'::text])))
);
CREATE TABLE public.kept_checks (
    name text NOT NULL COLLATE pg_catalog."C",
    checked bigint NOT NULL,
    size bigint NOT NULL,
    root bytea NOT NULL,
    findings text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_kept_checks_size CHECK ((size >= 0))
);
CREATE TABLE public.kept_codes (
    code text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    revoked bigint
);
CREATE TABLE public.kept_documents (
    digest text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL COLLATE pg_catalog."C",
    text text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL
);
CREATE TABLE public.kept_exports (
    id text NOT NULL COLLATE pg_catalog."C",
    "time" bigint NOT NULL,
    by text NOT NULL COLLATE pg_catalog."C",
    format text NOT NULL COLLATE pg_catalog."C",
    first text NOT NULL COLLATE pg_catalog."C",
    last text NOT NULL COLLATE pg_catalog."C",
    names boolean NOT NULL,
    encrypted boolean NOT NULL,
    sha256 text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT ck_kept_exports_format CHECK ((format = ANY (ARRAY['beancount'::text, 'csv'::text, 'hledger'::text, 'xaf'::text]))),
    CONSTRAINT ck_kept_exports_secret CHECK ((encrypted OR (NOT names)))
);
CREATE TABLE public.kept_files (
    digest text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT ck_kept_files_digest CHECK ((length(digest) = 64)),
    CONSTRAINT ck_kept_files_kind CHECK ((kind = ANY (ARRAY['pain'::text, 'camt'::text])))
);
CREATE TABLE public.kept_invitations (
    secret_hash text NOT NULL COLLATE pg_catalog."C",
    voucher bytea NOT NULL,
    "authorization" bytea NOT NULL,
    label text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    expires bigint NOT NULL
);
CREATE TABLE public.kept_openings (
    commitment text NOT NULL COLLATE pg_catalog."C",
    salt bytea NOT NULL,
    text text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.kept_passkeys (
    key_id text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    credential_id bytea,
    label text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL
);
CREATE TABLE public.kept_proposals (
    identity text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    "order" bytea NOT NULL,
    authorizations bytea NOT NULL,
    created bigint NOT NULL,
    expires bigint NOT NULL
);
CREATE TABLE public.kept_readings (
    id text NOT NULL COLLATE pg_catalog."C",
    reader text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    what text NOT NULL COLLATE pg_catalog."C",
    "time" bigint NOT NULL
);
CREATE TABLE public.kept_refusals (
    identity text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    details text NOT NULL COLLATE pg_catalog."C",
    until bigint NOT NULL
);
CREATE TABLE public.kept_reissues (
    redemption text NOT NULL COLLATE pg_catalog."C",
    line text NOT NULL COLLATE pg_catalog."C",
    identity text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.kept_requests (
    id text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    payee text NOT NULL COLLATE pg_catalog."C",
    request bytea NOT NULL,
    memo text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    expires bigint NOT NULL,
    cancelled boolean NOT NULL
);
CREATE TABLE public.kept_rewards (
    digest text NOT NULL COLLATE pg_catalog."C",
    payer text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    content bytea NOT NULL
);
CREATE TABLE public.kept_seals (
    member text NOT NULL COLLATE pg_catalog."C",
    size bigint NOT NULL,
    root text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL COLLATE pg_catalog."C",
    "time" bigint NOT NULL,
    "authorization" bytea NOT NULL,
    CONSTRAINT ck_kept_seals_size CHECK ((size > 0))
);
CREATE TABLE public.kept_sessions (
    token_hash text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    key_id text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    revoked bigint
);
CREATE TABLE public.kept_settings (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.kept_tills (
    token_hash text NOT NULL COLLATE pg_catalog."C",
    member text NOT NULL COLLATE pg_catalog."C",
    label text NOT NULL COLLATE pg_catalog."C",
    created bigint NOT NULL,
    revoked bigint
);
INSERT INTO public.alembic_version VALUES ('0002');
INSERT INTO public.fold_accounts VALUES ('00000000000000000000000000000001', 'member', 'HRS', '0000000000000000000000000000001f', -600, 600, -90);
INSERT INTO public.fold_accounts VALUES ('00000000000000000000000000000002', 'member', 'HRS', '0000000000000000000000000000002f', -600, 600, 90);
INSERT INTO public.fold_agreements VALUES ('key', 'member', 'currency', 'agreement');
INSERT INTO public.fold_members VALUES ('ffffffffffffffffffffffffffffffff', 'person', 'active', '["shop"]', '[["HRS","00000000000000000000000000000001"]]', '1111111111111111111111111111111111111111111111111111111111111111');
INSERT INTO public.journal_checkpoints VALUES (2, '\xfc52d71a368a798fd96ec7e5b7ee5f8f9fdd10c7ff9ab146c4eac1e6a0a1b10a', 1700000000);
INSERT INTO public.journal_entries VALUES (0, 1700000000, 'genesis', '00000000000000000000000000000000', '00000000000000000000000000000000', '0b4a4b8d8ded37902ac671f24db72af504765ef7016d8030dc18b71edd42d092', '\xa402b0e36f5aae85457360fcf00a2545b87dd47f310553e7b0d32d6d0ac4400d', '\x7b22736571223a307d');
INSERT INTO public.journal_entries VALUES (1, 1700000000, 'pay', '00000000000000000000000000000001', '00000000000000000000000000000001', 'b41e95c43f388d561b146326d84e3a6b9e31c4ef32ab97c04774c31aada3246a', '\xb119a77a4864308c481efb947ff723d6bd4ea1e7fab902eb8ca98bd759e46aee', '\x7b22736571223a317d');
INSERT INTO public.journal_head VALUES (1, 2, 1700000000, '\x0000000000000002fc52d71a368a798fd96ec7e5b7ee5f8f9fdd10c7ff9ab146c4eac1e6a0a1b10a');
INSERT INTO public.journal_postings VALUES (1, 0, '00000000000000000000000000000001', -90);
INSERT INTO public.journal_postings VALUES (1, 1, '00000000000000000000000000000002', 90);
INSERT INTO public.kept_allowances VALUES ('member', 'period', 7, 7, 'Amina’s ☺', 'by');
INSERT INTO public.kept_bank_lines VALUES ('id', 'file', 7, 'day', 7, 'reference', 'batch', 'details', NULL);
INSERT INTO public.kept_check_runs VALUES ('quick', 7, 7);
INSERT INTO public.kept_checks VALUES ('Amina’s ☺', 7, 7, '\x0000000000000000000000000000000000000000000000000000000000000000', '[]');
INSERT INTO public.kept_documents VALUES ('abababababababababababababababababababababababababababababababab', 'Amina’s ☺', 'Amina’s ☺', 7);
INSERT INTO public.kept_exports VALUES ('id', 7, 'by', 'csv', 'first', 'last', true, true, 'abababababababababababababababababababababababababababababababab');
INSERT INTO public.kept_files VALUES ('abababababababababababababababababababababababababababababababab', 'pain', 'Amina’s ☺', 7, '\x7b2261223a22c3a9227d');
INSERT INTO public.kept_openings VALUES ('1111111111111111111111111111111111111111111111111111111111111111', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'Amina’s ☺');
INSERT INTO public.kept_passkeys VALUES ('k', 'amina', NULL, 'laptop', 1);
INSERT INTO public.kept_readings VALUES ('id', 'reader', 'member', 'what', 7);
INSERT INTO public.kept_reissues VALUES ('redemption', 'line', 'identity');
INSERT INTO public.kept_requests VALUES ('id', 'CODE', 'amina', '\x7b2261223a22c3a9227d', 'fiets', 1, 2, true);
INSERT INTO public.kept_rewards VALUES ('abababababababababababababababababababababababababababababababab', 'payer', 'Amina’s ☺', 7, '\x7b2261223a22c3a9227d');
INSERT INTO public.kept_seals VALUES ('member', 7, 'abababababababababababababababababababababababababababababababab', 'key_id', 7, '\x7b2261223a22c3a9227d');
INSERT INTO public.kept_settings VALUES ('name', 'Wijk');
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.fold_accounts
    ADD CONSTRAINT pk_fold_accounts PRIMARY KEY (id);
ALTER TABLE ONLY public.fold_agreements
    ADD CONSTRAINT pk_fold_agreements PRIMARY KEY (key);
ALTER TABLE ONLY public.fold_bank_lines
    ADD CONSTRAINT pk_fold_bank_lines PRIMARY KEY (line);
ALTER TABLE ONLY public.fold_currencies
    ADD CONSTRAINT pk_fold_currencies PRIMARY KEY (code);
ALTER TABLE ONLY public.fold_governance
    ADD CONSTRAINT pk_fold_governance PRIMARY KEY (key);
ALTER TABLE ONLY public.fold_holders
    ADD CONSTRAINT pk_fold_holders PRIMARY KEY (role);
ALTER TABLE ONLY public.fold_key_days
    ADD CONSTRAINT pk_fold_key_days PRIMARY KEY (key);
ALTER TABLE ONLY public.fold_keys
    ADD CONSTRAINT pk_fold_keys PRIMARY KEY (id);
ALTER TABLE ONLY public.fold_members
    ADD CONSTRAINT pk_fold_members PRIMARY KEY (id);
ALTER TABLE ONLY public.fold_redemptions
    ADD CONSTRAINT pk_fold_redemptions PRIMARY KEY (redemption);
ALTER TABLE ONLY public.fold_returned
    ADD CONSTRAINT pk_fold_returned PRIMARY KEY (key);
ALTER TABLE ONLY public.fold_used
    ADD CONSTRAINT pk_fold_used PRIMARY KEY (key);
ALTER TABLE ONLY public.journal_checkpoints
    ADD CONSTRAINT pk_journal_checkpoints PRIMARY KEY (size);
ALTER TABLE ONLY public.journal_entries
    ADD CONSTRAINT pk_journal_entries PRIMARY KEY (seq);
ALTER TABLE ONLY public.journal_head
    ADD CONSTRAINT pk_journal_head PRIMARY KEY (id);
ALTER TABLE ONLY public.journal_nodes
    ADD CONSTRAINT pk_journal_nodes PRIMARY KEY (level, idx);
ALTER TABLE ONLY public.journal_postings
    ADD CONSTRAINT pk_journal_postings PRIMARY KEY (seq, n);
ALTER TABLE ONLY public.kept_allowances
    ADD CONSTRAINT pk_kept_allowances PRIMARY KEY (member, period, created);
ALTER TABLE ONLY public.kept_bank_lines
    ADD CONSTRAINT pk_kept_bank_lines PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_check_runs
    ADD CONSTRAINT pk_kept_check_runs PRIMARY KEY (depth);
ALTER TABLE ONLY public.kept_checks
    ADD CONSTRAINT pk_kept_checks PRIMARY KEY (name);
ALTER TABLE ONLY public.kept_codes
    ADD CONSTRAINT pk_kept_codes PRIMARY KEY (code);
ALTER TABLE ONLY public.kept_documents
    ADD CONSTRAINT pk_kept_documents PRIMARY KEY (digest);
ALTER TABLE ONLY public.kept_exports
    ADD CONSTRAINT pk_kept_exports PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_files
    ADD CONSTRAINT pk_kept_files PRIMARY KEY (digest);
ALTER TABLE ONLY public.kept_invitations
    ADD CONSTRAINT pk_kept_invitations PRIMARY KEY (secret_hash);
ALTER TABLE ONLY public.kept_openings
    ADD CONSTRAINT pk_kept_openings PRIMARY KEY (commitment);
ALTER TABLE ONLY public.kept_passkeys
    ADD CONSTRAINT pk_kept_passkeys PRIMARY KEY (key_id);
ALTER TABLE ONLY public.kept_proposals
    ADD CONSTRAINT pk_kept_proposals PRIMARY KEY (identity);
ALTER TABLE ONLY public.kept_readings
    ADD CONSTRAINT pk_kept_readings PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_refusals
    ADD CONSTRAINT pk_kept_refusals PRIMARY KEY (identity);
ALTER TABLE ONLY public.kept_reissues
    ADD CONSTRAINT pk_kept_reissues PRIMARY KEY (redemption);
ALTER TABLE ONLY public.kept_requests
    ADD CONSTRAINT pk_kept_requests PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_rewards
    ADD CONSTRAINT pk_kept_rewards PRIMARY KEY (digest);
ALTER TABLE ONLY public.kept_seals
    ADD CONSTRAINT pk_kept_seals PRIMARY KEY (member, size, root);
ALTER TABLE ONLY public.kept_sessions
    ADD CONSTRAINT pk_kept_sessions PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.kept_settings
    ADD CONSTRAINT pk_kept_settings PRIMARY KEY (name);
ALTER TABLE ONLY public.kept_tills
    ADD CONSTRAINT pk_kept_tills PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.journal_entries
    ADD CONSTRAINT uq_journal_entries_identity UNIQUE (identity);
ALTER TABLE ONLY public.journal_entries
    ADD CONSTRAINT uq_journal_entries_order_id_author UNIQUE (order_id, author);
ALTER TABLE ONLY public.kept_requests
    ADD CONSTRAINT uq_kept_requests_code UNIQUE (code);
CREATE INDEX ix_fold_keys_member ON public.fold_keys USING btree (member);
CREATE INDEX ix_journal_postings_account_seq ON public.journal_postings USING btree (account, seq);
CREATE INDEX ix_kept_codes_member ON public.kept_codes USING btree (member);
CREATE INDEX ix_kept_passkeys_credential_id ON public.kept_passkeys USING btree (credential_id);
CREATE INDEX ix_kept_passkeys_member ON public.kept_passkeys USING btree (member);
CREATE INDEX ix_kept_readings_member_id ON public.kept_readings USING btree (member, id);
CREATE INDEX ix_kept_rewards_payer ON public.kept_rewards USING btree (payer);
CREATE INDEX ix_kept_tills_member ON public.kept_tills USING btree (member);
CREATE TRIGGER journal_checkpoints_no_delete BEFORE DELETE ON public.journal_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_checkpoints ENABLE ALWAYS TRIGGER journal_checkpoints_no_delete;
CREATE TRIGGER journal_checkpoints_no_truncate BEFORE TRUNCATE ON public.journal_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_checkpoints ENABLE ALWAYS TRIGGER journal_checkpoints_no_truncate;
CREATE TRIGGER journal_checkpoints_no_update BEFORE UPDATE ON public.journal_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_checkpoints ENABLE ALWAYS TRIGGER journal_checkpoints_no_update;
CREATE TRIGGER journal_entries_no_delete BEFORE DELETE ON public.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_entries ENABLE ALWAYS TRIGGER journal_entries_no_delete;
CREATE TRIGGER journal_entries_no_truncate BEFORE TRUNCATE ON public.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_entries ENABLE ALWAYS TRIGGER journal_entries_no_truncate;
CREATE TRIGGER journal_entries_no_update BEFORE UPDATE ON public.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_entries ENABLE ALWAYS TRIGGER journal_entries_no_update;
CREATE TRIGGER journal_nodes_no_delete BEFORE DELETE ON public.journal_nodes FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_nodes ENABLE ALWAYS TRIGGER journal_nodes_no_delete;
CREATE TRIGGER journal_nodes_no_truncate BEFORE TRUNCATE ON public.journal_nodes FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_nodes ENABLE ALWAYS TRIGGER journal_nodes_no_truncate;
CREATE TRIGGER journal_nodes_no_update BEFORE UPDATE ON public.journal_nodes FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_nodes ENABLE ALWAYS TRIGGER journal_nodes_no_update;
CREATE TRIGGER journal_postings_no_delete BEFORE DELETE ON public.journal_postings FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_postings ENABLE ALWAYS TRIGGER journal_postings_no_delete;
CREATE TRIGGER journal_postings_no_truncate BEFORE TRUNCATE ON public.journal_postings FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_postings ENABLE ALWAYS TRIGGER journal_postings_no_truncate;
CREATE TRIGGER journal_postings_no_update BEFORE UPDATE ON public.journal_postings FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();
ALTER TABLE public.journal_postings ENABLE ALWAYS TRIGGER journal_postings_no_update;
