-- Once, as the database's administrator: psql --file database.sql
-- The role that owns the state. Nobody logs in as it.
CREATE ROLE pulumi NOLOGIN;
CREATE DATABASE pulumi OWNER pulumi;
REVOKE CONNECT ON DATABASE pulumi FROM PUBLIC;
