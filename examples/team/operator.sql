-- For each operator: psql --file operator.sql --set operator=anna
-- Then set a password: psql --command '\password anna'
CREATE ROLE :"operator" LOGIN IN ROLE pulumi;
-- So that everybody can use the table that the first one's log-in creates.
ALTER ROLE :"operator" IN DATABASE pulumi SET role = 'pulumi';
