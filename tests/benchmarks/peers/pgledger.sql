-- A ledger in SQL, after the shape of pgledger: accounts with a balance and a version, transfers,
-- two entries for each with the balance before and after, accounts locked in the order of their ids.
-- No signatures, no limits, no journal that shows a change.

CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    currency text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payer bigint NOT NULL REFERENCES accounts,
    payee bigint NOT NULL REFERENCES accounts,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (amount > 0 AND payer <> payee)
);
CREATE INDEX ON transfers (payer);
CREATE INDEX ON transfers (payee);

CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL REFERENCES accounts,
    transfer bigint NOT NULL REFERENCES transfers,
    amount bigint NOT NULL,
    before bigint NOT NULL,
    after bigint NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON entries (account);
CREATE INDEX ON entries (transfer);

CREATE FUNCTION transfer(from_account bigint, to_account bigint, sum bigint) RETURNS bigint AS $$
DECLARE
    paying accounts;
    paid accounts;
    made bigint;
BEGIN
    PERFORM id FROM accounts WHERE id IN (from_account, to_account) ORDER BY id FOR UPDATE;
    UPDATE accounts SET balance = balance - sum, version = version + 1, updated_at = now()
    WHERE id = from_account RETURNING * INTO paying;
    UPDATE accounts SET balance = balance + sum, version = version + 1, updated_at = now()
    WHERE id = to_account RETURNING * INTO paid;
    IF paying.currency <> paid.currency THEN
        RAISE EXCEPTION 'two currencies';
    END IF;
    INSERT INTO transfers (payer, payee, amount) VALUES (from_account, to_account, sum)
    RETURNING id INTO made;
    INSERT INTO entries (account, transfer, amount, before, after, version) VALUES
        (from_account, made, -sum, paying.balance + sum, paying.balance, paying.version),
        (to_account, made, sum, paid.balance - sum, paid.balance, paid.version);
    RETURN made;
END
$$ LANGUAGE plpgsql;

INSERT INTO accounts (id, currency) SELECT n, 'UUR' FROM generate_series(1, 1000) AS n;
