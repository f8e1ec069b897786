"""A corpus of texts with a verdict each: what review, hand-over and commands take for a credential, and what not."""

from __future__ import annotations

import base64
import importlib
import json
import re
import time
from urllib.parse import quote

import pytest

from deployment import credential_issuers, credential_pairs, credential_places, credential_shapes
from deployment.credential_issuers import ISSUERS
from deployment.credentials import is_credential_name, looks_like, shape
from deployment.hidden import SHOWN, Hidden, hide, holds_hidden, scrub, shown_address
from deployment.stack_files import stack_of

# The grammar of `re`, which has no public form.
parser, constants = (importlib.import_module(f"re._{name}") for name in ("parser", "constants"))
_WORD = "hunter" + "2x"
_HEX = "0f3a" + "9c5e7b1d" * 4
_MIX = "q8Kz3vB7nR1x" + "W5mT9cY2hL6pD4sF0gJa"

_TELLING = (
    "PGPASSWORD MYSQLPASSWORD DBPASS ACCESSTOKEN APITOKEN GITHUB_PAT JWT SLACK_WEBHOOK SLACK_WEBHOOK_URL "
    "CONNECTION_STRING CONNSTR SECRETKEY ACCESSKEY PRIVATEKEY SIGNINGKEY PASSWORD_HASH SECRET_KEY_BASE "
    "clientSecret accessToken DB_CREDS "
    "PASSWORD2 TOKEN_2 STORAGE_ACCOUNT_KEY awsSecretAccessKey HMAC_KEY VAULT_SECRET_ID userPassword "
    "WIFI_PSK LOGIN_PIN BINDPW ldap_default_authtok OTP_SEED VAULT_UNSEAL WG_PRIVATE "
    "PRESHARED_KEY SSHPASS SEED_PHRASE TOTP_SEED KUBECONFIG DOCKER_AUTH_CONFIG SERVICE_ACCOUNT_JSON KEY_PEM SAS_URL "
    "PASSKEY ACCESS_CODE RECOVERY_CODES PRIVKEY ENCKEY KEY_B64 KEY_PROD LOGINPASS WPPASS DBPW SQLPW FTPPW "
    "PASSORD HASŁO PAROLA LÖSENORD ADGANGSKODE 密碼 暗証番号"
)
_ABOUT = (
    "TOKEN_TTL TOKENTTL PASSWORD_FILE PGPASSFILE PASSWORDFILE SECRET_NAME KEY_ID API_KEY_ID ACCESS_TOKEN_LIFETIME "
    "TOKEN_EXPIRES_IN MAX_TOKENS TOKEN_LIMIT SECRET_VERSION PASSWORD_POLICY PASSWORD_MIN_LENGTH TOKEN_ENDPOINT "
    "JWT_ALGORITHM JWT_ISSUER PUBLIC_KEY TOKENIZER_MODEL SECRETARY MONKEY COMPASS PATH KEYBOARD COOKIE_NAME AUTHOR "
    "WEBHOOK_PORT PASSWORD_HOST secretName tokenTtl passwordFile UNSEAL_TIMEOUT "
    "PRIMARY_KEY PARTITION_KEY SORT_KEY CACHE_KEY ROUTING_KEY SITE_KEY STRIPE_PUBLISHABLE_KEY PWD TOKENS_PER_MINUTE "
    "TOKEN_CACHE TOKEN_VALIDATION TOKEN_EXCHANGE TOKEN_LEEWAY TOKEN_GRANT TOKEN_CLAIM PASSWORD_ENCODING WEBHOOK_BIND "
    "SECRETS_MOUNT SECRET_NAMES CREDENTIAL_HELPER PASSWORD_RULES API_KEY_PARAM RATE_LIMIT_KEY INDEX_KEY UNIQUE_KEY "
    "PRIV_KEYRING ACCESS_CODE_LENGTH PASSKEYS_ENABLED PAROLAR"
)
HOLDING = {
    "JSON": f'{{"user": "app", "password": "{_WORD}"}}',
    "JSON in a text": f'{{\\"password\\": \\"{_WORD}\\"}}',
    "short JSON": '{"password":"abc"}',
    "single quotes": f"{{'api_key': '{_WORD}'}}",
    "YAML": f"db:\n  password: {_WORD}\n",
    "ini": f"[db]\npassword = {_WORD}",
    "export": f"export PGPASSWORD={_WORD}",
    "camel case": f'{{"clientSecret": "{_WORD}"}}',
    "HCL": f'password = "{_WORD}"',
    "arrow": f":password => '{_WORD}'",
    "query": f"https://example.com/hook?x=1&access_token={_WORD}",
    "ADO connection string": f"Server=db;User Id=app;Password={_WORD};",
    "storage connection string": "AccountName=a;AccountKey=" + _MIX + "==;EndpointSuffix=core",
    "option": f"job --db-password={_WORD}",
    "option apart": f"job --db-password {_WORD}",
    "hex of 32": _HEX[:32],
    "hex of 40": (_HEX * 2)[:40],
    "hex of 64": (_HEX * 2)[:64],
    "random": _MIX,
    "Google's refresh token": "1//0g" + "qxzvnrwmtkcyhlpd" * 2,
    "webhook of Feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/123e4567-e89b-12d3-a456-426614174000",
    "webhook of WeCom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=123e4567-e89b-12d3-a456-426614174000",
    "webhook of PagerDuty": "https://events.pagerduty.com/integration/" + _HEX[:32] + "/enqueue",
    "a check's address": "https://hc-ping.com/123e4567-e89b-12d3-a456-426614174000",
    "hash of scrypt": "scrypt:32768:8:1$" + _MIX[:16] + "$" + (_HEX * 4)[:128],
    "SQL sets a password": f"SET PASSWORD FOR 'app'@'%' = '{_WORD}'",
    "base64 with slashes": "wJa/rXU7nFE/MI4K7MD/bPx" + "RfiCYz3KbVq9Tf2Ls",
    "base64 padded": "aB3/xY9+kL2/mN8qR5tV7" + "wZ1cE4gH6jP0==",
    "HMAC": "GOOG1E" + "ABCDEFGHIJ0123456789ABCD",
    "AWS of the session": "ASIA" + "0123456789ABCDEF",
    "Slack hook": "https://hooks.slack" + ".com/services/T0/B0/abc",
    "Discord hook": "https://discord" + ".com/api/webhooks/123/abc",
    "npm": "npm_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "Hugging Face": "hf_" + "0123456789abcdefghijklmnopqrstuvwxyz",
    "Vault": "hvs." + "CAESIJ0123456789abcdefgh",
    "age": "AGE-SECRET-" + "KEY-1QQPQQPQQPQQPQQPQQPQQPQQ",
    "PGP": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----",
    "upper-case scheme": "POSTGRES://app:" + f"{_WORD}@db/orders",
    "password with a slash": "redis://:" + "pa/ss@10.0.0.3",
    "netrc": f"machine example.com login app password {_WORD}",
    "netrc in lines": f"machine example.com\n  login app\n  password {_WORD}",
    "curl": f"curl -u app:{_WORD} https://example.com",
    "curl, long": f"curl --user 'app:{_WORD}' https://example.com",
    "header": "authorization: bearer " + "abcdef0123456789",
    "sensitive": '${sensitive("' + _WORD + '")}',
    "XML": f"<db:password type='plain'>{_WORD}</db:password>",
    "XML, CDATA": f"<password><![CDATA[{_WORD}]]></password>",
    "XML, attributes": f'<add key="Password" value="{_WORD}"/>',
    "XML, entry": f'<entry key="db.password">{_WORD}</entry>',
    "XML, property": f"<property name='db.password'><value>{_WORD}</value></property>",
    "XML, escaped": f"&lt;password&gt;{_WORD}&lt;/password&gt;",
    "property list": f"<key>apiToken</key>\n<string>{_WORD}</string>",
    "pgpass": f"db.internal:5432:orders:app:{_WORD}",
    "pgpass, any host": f"*:*:*:app:{_WORD}",
    "mysql": f"mysql -h db -u root -p{_WORD} orders",
    "mariadb": f"mariadb-dump -uroot -p'{_WORD}' orders",
    "redis-cli": f"redis-cli -h 10.0.0.3 -a {_WORD} ping",
    "docker login": f"docker login -u app -p {_WORD} registry.example.com",
    "helm": f"helm registry login -p {_WORD} -u app registry.example.com",
    "mongosh": f"mongosh -u app -p {_WORD}",
    "sqlcmd": f"sqlcmd -S db -U sa -P {_WORD}",
    "unzip": f"unzip -P {_WORD} a.zip",
    "ldapsearch": f"ldapsearch -x -D cn=admin -w {_WORD}",
    "smbclient": f"smbclient //x/y -U app%{_WORD}",
    "keytool": f"keytool -list -storepass {_WORD}",
    "openssl": f"openssl rsa -passin pass:{_WORD} -in key.pem",
    "htpasswd": f"htpasswd -bc users app {_WORD}",
    "rabbitmqctl": f"rabbitmqctl add_user app {_WORD}",
    "chpasswd": f"echo 'app:{_WORD}' | sudo chpasswd",
    "arguments": f'["run", "--db-password", "{_WORD}"]',
    "ENV": f"ENV DB_PASSWORD {_WORD}",
    "aws configure": f"aws configure set aws_secret_access_key {_WORD}",
    "MySQL's user": f"CREATE USER 'app'@'%' IDENTIFIED BY '{_WORD}';",
    "MySQL's user, lower case": f"create user app identified by '{_WORD}'",
    "Oracle's user": f"ALTER USER app IDENTIFIED BY {_WORD};",
    "PostgreSQL's user": f"ALTER USER app WITH ENCRYPTED PASSWORD '{_WORD}';",
    "SQL Server's login": f"CREATE LOGIN app WITH PASSWORD = N'{_WORD}';",
    "SET PASSWORD": f"SET PASSWORD FOR app = PASSWORD('{_WORD}');",
    "sqlplus": f"sqlplus -s scott/{_WORD}@orcl",
    "Oracle, to a port": f"scott/{_WORD}@db.example.com:1521/orders",
    "Oracle's JDBC": f"jdbc:oracle:thin:scott/{_WORD}@db",
    "token as a user": "https://9f8e7d6c5b4a39281706" + "f5e4d3c2b1a0@github.com/a/b.git",
    "Go's data source": f"app:{_WORD}@tcp(db:3306)/orders?parseTime=true",
    "no scheme": f"app:{_WORD}@db.example.com:6379",
    "signed URL": "https://x.blob.core.windows.net/c?sp=r&sig=" + "AbCdEf0123456789AbCdEf%3D",
    "one-time passwords": "otpauth://totp/app?secret=" + "JBSWY3DPEHPK3PXP",
    "JWK": '{"kty":"EC","crv":"P-256","d":"870MB6gfuTJ4HtUn' + 'UvYMyJpr5eUZNP4Bk43bVdj3eAE"}',
    "symmetric JWK": '{"k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ' + '","kty":"oct"}',
    "lower-case PEM": "-----begin rsa " + "private key-----",
    "URL's encoding": f"user%3Dapp%26password%3D{_WORD}",
    "URL's encoding, twice": f"password%253D{_WORD}",
    "JSON in a URL": f"%7B%22password%22%3A%22{_WORD}%22%7D",
    "base64 of JSON": base64.b64encode(json.dumps({"password": _WORD}).encode()).decode(),
    "base64 of a user and a password": base64.b64encode(f"orders:{_WORD}".encode()).decode(),
    "block scalar": f"password: |\n  {_WORD}\n",
    "folded scalar": f"db:\n  password: >-\n      {_WORD}\n",
    "YAML, next line": f"db:\n  password:\n    {_WORD}\n",
    "YAML, anchor": f"password: &pw {_WORD}",
    "heredoc": f"password = <<EOT\n{_WORD}\nEOT",
    "key and value": f"{{key: DB_PASSWORD, value: {_WORD}}}",
    "name and value": f"- name: DB_PASSWORD\n  value: {_WORD}\n",
    "value and name": f'{{"value": "{_WORD}", "name": "DB_PASSWORD"}}',
    "header and value": f'{{"header_name": "Authorization", "header_value": "{_WORD}"}}',
    "value inside": f"password: {{value: {_WORD}}}",
    "value inside, JSON": f'{{"password": {{"value": "{_WORD}"}}}}',
    "value inside, HCL": f'password {{\n  value = "{_WORD}"\n}}',
    "variable's default": f'variable "db_password" {{\n  type = string\n  default = "{_WORD}"\n}}',
    "index": f'os.environ["DB_PASSWORD"] = "{_WORD}"',
    "PowerShell": f'$env:DB_PASSWORD = "{_WORD}"',
    "ODBC": f"Server=db;Uid=app;Pwd={_WORD};",
    "sentence": f"the password is '{_WORD}'",
    "German": f"Passwort: {_WORD}",
    "JSON, a list": f'{{"passwords": ["{_WORD}"]}}',
    "YAML, a list": f"tokens:\n  - {_WORD}\n",
    "TOML, three quotes": f'password = """{_WORD}"""',
    "Python, raw": f"PASSWORD = r'{_WORD}'",
    "make": f"DB_PASSWORD ?= {_WORD}",
    "comma": "password=x3," + _WORD,
    "csh": f"setenv DB_PASSWORD {_WORD}",
    "fish": f"set -gx DB_PASSWORD {_WORD}",
    "Apache": f"SetEnv DB_PASSWORD {_WORD}",
    "Apache's header": f'RequestHeader set X-Api-Key "{_WORD}"',
    "nginx's header": f"proxy_set_header X-Api-Key {_WORD};",
    "PHP": f"define('DB_PASSWORD', '{_WORD}');",
    "CMake": f'set(DB_PASSWORD "{_WORD}")',
    "Lisp": f'(setq password "{_WORD}")',
    "PowerShell's secure text": f'ConvertTo-SecureString "{_WORD}" -AsPlainText -Force',
    "Redis, another user": f"ACL SETUSER app on >{_WORD} ~*",
    "Redis, AUTH": f"redis-cli -h db AUTH {_WORD}",
    "Redis, replica": f"masterauth {_WORD}",
    "LDAP's configuration": f"binddn cn=a\nbindpw {_WORD}",
    "IPsec": f': PSK "{_WORD}"',
    "WLAN": f'psk="{_WORD}"',
    "curl's proxy": f"curl -U app:{_WORD} https://example.com",
    "lftp": f"lftp -u app,{_WORD} ftp.example.com",
    "remote desktop": f"xfreerdp /u:app /p:{_WORD} /v:srv",
    "psexec": f"psexec -u app -p {_WORD} cmd",
    "net user": f"net user app {_WORD} /add",
    "ssh-keygen": f"ssh-keygen -t rsa -N {_WORD} -f key",
    "snmp": f"snmpwalk -v2c -c {_WORD} switch",
    "ipmitool": f"ipmitool -H h -U root -P {_WORD} power",
    "sudo": f"echo {_WORD} | sudo -S id",
    "haproxy": f"stats auth app:{_WORD}",
    "gh": f"gh secret set DB_PASSWORD --body {_WORD}",
    "ODBC, upper case": f"Driver=x;Server=db;UID=app;PWD={_WORD}",
    "bcrypt": "$2b$12$" + _MIX + _MIX[:21],
    "htpasswd's line": "app:$apr1$q8Kz3vB7$" + _MIX[:22],
    "shadow": "root:$6$rounds=5000$q8Kz3vB7$" + _MIX + _MIX + ":19000:0:99999:7:::",
    "LDAP's hash": "{SSHA}" + _MIX,
    "JSON's spelling": f'{{"pass\\u0077ord": "{_WORD}"}}',
    "full width": f"password\uff1a{_WORD}",
    "no width": f"pass\u200bword={_WORD}",
    "Japanese": f"パスワード：{_WORD}",
    "base64 of Windows": base64.b64encode(f"$password = '{_WORD}'".encode("utf-16-le")).decode(),
    "base64 twice": base64.b64encode(base64.b64encode(f"DB_PASSWORD={_WORD}".encode())).decode(),
    "hexadecimal": f"password={_WORD}".encode().hex(),
    "sentence without quotes": f"The password of the database is {_WORD}.",
    "sentence with a colon": f"API key for the staging system: {_WORD}",
    "sentence with an arrow": f"db_password -> {_WORD}",
    "sentence the other way round": f"use {_WORD} as the password",
    "sentence without a verb": f"log in with user bob and password {_WORD}",
    "CSV": f"user,password\nbob,{_WORD}\n",
    "CSV of words": "user;password;team\nbob;swordfish;a\n",
    "tabs": f"name\ttoken\nbob\t{_WORD}",
    "pair in CSV": f"db_password,{_WORD}",
    "table": f"| user | password |\n|---|---|\n| bob | {_WORD} |",
    "row of a table": f"| API_TOKEN | {_WORD} |",
    "tuple": f'("password", "{_WORD}")',
    "list": f'["DB_PASSWORD", "{_WORD}"]',
    "INSERT": f"INSERT INTO users (name, password) VALUES ('bob', '{_WORD}');",
    "INSERT of rows": "insert into `app`.users(`id`, `api_token`, x) values (1, NULL, 2), (2,\n 'it''s me', 3)",
    "INSERT of a word": 'REPLACE INTO users (name, password) VALUES ("bob", "swordfish")',
    "INSERT of pairs": f"INSERT INTO settings VALUES ('smtp_password', '{_WORD}')",
    "named as its name": '("password", "MyPassword2024")',
    "vault login": f"vault login {_WORD}",
    "vault login of a word": "export A=b; vault login myroot",
    "vault login with options": f"vault login -no-print {_WORD}",
    "gh auth login": f"gh auth login --with-token <<< {_WORD}",
    "docker's standard input": f"echo {_WORD} | docker login -u app --password-stdin",
    "gcloud's standard input": f"printf '%s' {_WORD} | gcloud secrets create db --data-file=-",
    "openssl -k": f"openssl enc -aes256 -k {_WORD} -in a",
    "begins with a star": "db_password: *horse!battery",
    "URL, begins with an at": f"https://oauth2:@{_WORD}@git.example.com/a",
    "secret, no name of one": "secret = horse!battery",
    "sensitive, deeper": '${upper(sensitive(lower("' + _WORD + '")))}',
}
HOLDING_NONE = {
    "TTL in JSON": '{"token_ttl": 3600, "password_file": "/run/p", "secret_name": "db", "key_id": "abcd"}',
    "null in JSON": '{"password": null, "token": "", "secret": false}',
    "reference": '{"password": "${var.password}"}',
    "shell's variable": 'curl -u "$USER:$PASSWORD" -H "Authorization: Bearer $(gcloud auth print-identity-token)"',
    "HCL reference": "password = random_password.db.result",
    "placeholder": "--token=<TOKEN> password: ***",
    "digest": "example@sha256:" + "0f3a9c5e" * 8,
    "lock file": '"zh:' + "0f3a9c5e" * 8 + '",',
    "sums": "0f3a9c5e" * 8 + "  producer/main.tf.json",
    "image's tag": "gcr.io/p/orders:" + "0f3a9c5e" * 5,
    "image's tag in a list": "-c europe-docker.pkg.dev/p/r/orders-api:" + "0f3a9c5e" * 5 + " --port 80",
    "folder of a shell": "cd x;PWD=/srv/app make",
    "shell's options": "set -x; set -eu; set -o pipefail",
    "prose of setting": "set password rules in the console, then set token expiry; -N 3, net use, stats auth",
    "positions": "SELECT $1$2, '$5$6$7' WHERE a = $1 AND price > $2; {SHA} {SSHA}",
    "arrows": "token -> session -> user; password->hash()",
    "keys of objects": 'cache.set("session_id", "orders"); config.set(name, "value")',
    "hexadecimal words": "48656c6c6f2c20776f726c64212057656c636f6d6521",
    "other scripts": "Пароль хранится в Secret Manager; パスワードはありません",
    "commit": "commit: " + "0f3a9c5e" * 5,
    "UUID": "123e4567-e89b-12d3-a456-426614174000",
    "numbers": "docker run -u 1000:1000 curl",
    "prose": "the password of the database stands in Secret Manager; token: see there is none",
    "link": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east1/targetHttpProxies/hello-http-proxy",
    "port and at": "https://example.com:8443/users/a@b.example",
    "sensitive reference": "${sensitive(var.password)}",
    "empty XML": '<password></password><token/><input type="password" name="password" placeholder="Password">',
    "XML reference": "<password>${env.DB_PASSWORD}</password>",
    "XML about": '<passwordFile>/run/x</passwordFile><add key="Timeout" value="30"/>',
    "IPv6": "2001:0db8:85a3:0000:0000:8a2e:0370:7334 and 00:16:3e:5e:6c:00",
    "forwarded ports": "127.0.0.1:8080:80 a.example.com:8080",
    "prompts": "mysql -h db -P 3306 -u app -p orders; redis-cli -p 6379; docker run -p 8080:80 app",
    "password on stdin": "docker login -u _json_key --password-stdin https://europe-docker.pkg.dev",
    "shell's password": 'mysql -p"$DB_PASSWORD"; docker login -u app -p "$TOKEN" registry; redis-cli -a $PW',
    "gcloud's secrets": "gcloud run deploy x --set-secrets=DB_PASSWORD=db-password:latest --secret=db-password",
    "SQL": "UPDATE users SET password_hash = $1, token = :token WHERE id = ?; CREATE TABLE t (password text not null)",
    "SQL without a password": "CREATE USER 'app' IDENTIFIED WITH caching_sha2_password; ALTER USER app PASSWORD NULL",
    "repository and tag": "uses: hashicorp/setup-terraform@v3 actions/checkout@main; npm i @types/node@20.1.0",
    "user in a URL": "https://user@example.com:8443 postgresql://orders-sa%40project.iam@/orders ssh://git@github.com/a/b",
    "members": "user:alice@example.com,serviceAccount:x@p.iam.gserviceaccount.com",
    "public JWK": '{"kty":"EC","crv":"P-256","x":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","kid":"2024"}',
    "public key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrTk3mYq7Zx2VbN8cLw5pQhJ4sKd9fRtUe1oXaMy6Bz ops@example.com",
    "certificate": "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n"
    "-----END CERTIFICATE-----",
    "integrity": 'integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"',
    "content security policy": "script-src 'self' 'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='",
    "base64 of JSON": base64.b64encode(b'{"team":"orders","env":"prod","zone":"a"}').decode(),
    "URL's encoding": "name%3DOrders%20and%20more%26page%3D2",
    "secret key reference": "password:\n  valueFrom:\n    secretKeyRef: {name: db, key: pw}",
    "names and values": "- name: MODE\n  value: production\n- name: DB_PASSWORD\n  valueFrom: {}",
    "variable without default": 'variable "db_password" {\n  type = string\n  sensitive = true\n}',
    "function": "const token = await getToken(); password := os.Getenv('DB_PASSWORD')",
    "sentence about one": "The password is required, the token was expired, the key is stored under db-key-2",
    "sentence about versions": "token is v2beta1; password of release 7 is 12.5.1; the token is 2026-11-28",
    "sentence about people": "the token is a@b.example",
    "sentence about places": "the API key is in projects/p/secrets/key1; use var.password1 as the password",
    "columns without rows": "user,password\n",
    "columns of types": "name,password\nstring,string\nbob,${var.password}",
    "lines of a list": "[\n  'the token of the VM', \n  'identity?audience=', \n]",
    "table of words": "| name | password |\n|---|---|\n| db | see Secret Manager |",
    "names side by side": '["password", "secret_token"], password,username,email; ("token", "string")',
    "INSERT of parameters": "INSERT INTO users (name, password) VALUES (?, ?); insert into t (token) values (:pass1)",
    "INSERT of another column": "INSERT INTO users (name, password) VALUES ('hunter2x', NULL)",
    "vault's methods": "vault login -method=oidc role=a1; vault login -; run vault login first",
    "numbers of tokens": "tokens: 4096",
    "expanded by Cloud Run": "postgres://$(DB_USER):$(DB_PASSWORD)@10.0.0.3:5432/orders",
    "scheme of a link": "ref+gcpsecrets://my-project/db-password?version=latest",
    "cut out by somebody": "token=REDACTED password: xxxxxxxx",
    "picture": "data:image/png;base64," + base64.b64encode(bytes(range(7, 250, 3))).decode(),
    "stars": "password: ****** token: * --password ***",
    "secret's name": "secret: db-password-2; secret = projects/p/secrets/a; secret: db-password:latest",
    "prose of headers": "Basic infrastructure; uses bearer authentication; headers: Authorization, X-Api-Key",
}
# Values that are no credentials although their names tell one.
HOLDING_NONE_BY_NAME = {
    "KMS_KEY": "projects/p/locations/global/keyRings/r/cryptoKeys/k",
    "ENCRYPTION_KEY": "projects/p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
    "DB_PASSWORD": "projects/123456789/secrets/db-password/versions/latest",
    "API_KEY": "//secretmanager.googleapis.com/projects/p/secrets/x",
    "GOOGLE_APPLICATION_CREDENTIALS": "/var/run/secrets/google/key.json",
    "APP_CREDENTIALS": "./creds.json",
    "TLS_PRIVATE_KEY": "/etc/tls/tls.key",
    "VAULT_TOKEN": "vault:secret/data/orders#token",
    "ADMIN_PASSWORD": "op://vault/item/password",
    "ROOT_PASSWORD": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
    "OTHER_PASSWORD": "$(DB_PASSWORD)",
    "SESSION_COOKIE": "__Host-session",
    "SMTP_AUTH": "login",
    "CORS_CREDENTIALS": "include",
    "PASSWORD_LOGIN": "disabled",
    "AUTH": "https://auth.example.com/login",
    "SSH_KEY": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrTk3mYq7Zx2VbN8cLw5pQhJ4sKd9fRtUe1oXaMy6Bz me",
    "JWT_KEY": "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC\n-----END PUBLIC KEY-----",
}


def _token(spelled: str) -> str:
    """`HRKU-~W40` is a prefix and forty characters of a kind: no scanner takes that for a leak."""
    return re.sub(r"~([AHWLUD])(\d+)", lambda body: (_LETTERS[body[1]] * 9)[: int(body[2])], spelled)


_LETTERS = {
    "A": "q8Kz3vB7nR1xW5mT9cY2",
    "D": "1234567890",
    "H": "0f3a9c5e7b1d4f68",
    "L": "q8z3v7n1x5m9c2h6p4s0",
    "U": "Q8Z3V7N1X5M9C2H6P4S0",
    "W": "q8K_3vB7nR1xW5-T9cY2",
}
_UUID = "~H8-~H4-~H4-~H4-~H12"
# What each issuer's looks like.
ISSUED = {
    "a Google API key": "AIza~W35",
    "a Google OAuth token": "ya29.~W40",
    "a Google OAuth client secret": "GOCSPX-~A28",
    "a Google HMAC key": "GOOG1E~U20",
    "a key of an AWS account": "AKIA~U16",
    "a key of Amazon Bedrock": "ABSK~A110",
    "a GitHub token": "ghs_~A36",
    "a GitLab token": "gloas-~W64",
    "a Slack token": "xapp-1-~U11-~D13-~H32",
    "a Stripe key": "rk_live_~A24",
    "a SendGrid key": "SG.~A22.~A43",
    "an npm token": "npm_~A36",
    "a Hugging Face token": "hf_~A34",
    "a Vault token": "s.~A24",
    "a PyPI token": "pypi-AgEIcHlwaS5vcmc~W60",
    "a RubyGems key": "rubygems_~H48",
    "a crates.io token": "cio~A32",
    "a NuGet key": "oy2~L43",
    "a Clojars token": "CLOJARS_~H60",
    "a Docker Hub token": "dckr_pat_~A27",
    "an Artifactory key": "cmVmd~A59",
    "a Grafana token": "glsa_~A32_~H8",
    "a Sentry token": "sntryu_~H64",
    "a Datadog key": "ddapp_~A34",
    "a New Relic key": "eu01xx~H26NRAL",
    "a Honeycomb key": "hcaik_01~L56",
    "a Dynatrace token": "dt0c01.~U24.~U64",
    "an Axiom token": "xaat-~H8-~H4-~H4-~H4-~H12",
    "a SonarQube token": "squ_~H40",
    "a Snyk token": "snyk_uat.~W40",
    "a CircleCI token": "CCIPAT_~A22_~H40",
    "a Buildkite token": "bkua_~H40",
    "a Terraform token": "~A14.atlasv1.~W67",
    "a Heroku key": "HRKU-AA~W58",
    "a DigitalOcean token": "DO00~U16",
    "a Scaleway key": "SCW~U17",
    "a Fly.io token": "FlyV1 fm2_~A120",
    "a Vercel token": "vcp_~A40",
    "a Netlify token": "nfp_~A36",
    "a Render key": "rnd_~A28",
    "a Cloudflare token": "v1.0-~H24-~H144",
    "a Databricks token": "dapi~H32",
    "a Doppler token": "dp.st.prd.~A43",
    "a Pulumi token": "pul-~H40",
    "an Infracost key": "ico-~A32",
    "a PlanetScale token": "pscale_pw_~A43",
    "a Supabase key": "sbp_~H40",
    "a Neon key": "napi_~L64",
    "an Aiven password": "AVNS_~A19",
    "a MongoDB Atlas key": "mdb_sa_sk_~A40",
    "a CockroachDB key": "CCDB1_~A22_~A40",
    "a ClickHouse key": "4b1d~A38",
    "a dbt token": "dbtc_~A40",
    "a Prefect key": "pnu_~A36",
    "an Anthropic key": "sk-ant-api03-~W93AA",
    "a Groq key": "gsk_~A52",
    "an xAI key": "xai-~A80",
    "a Perplexity key": "pplx-~A48",
    "a Replicate token": "r8_~A37",
    "a LangSmith key": "lsv2_pt_~H32_~H10",
    "an E2B key": "e2b_~H40",
    "an ElevenLabs key": "sk_~H48",
    "an NVIDIA key": "nvapi-~W64",
    "a Cerebras key": "csk-~L48",
    "a Pinecone key": "pcsk_~A60",
    "a Together key": "tgp_v1_~W43",
    "a Tavily key": "tvly-dev-~A32",
    "a Jina key": "jina_~A60",
    "a Firecrawl key": "fc-~H32",
    "a PostHog key": "phx_~A43",
    "a LaunchDarkly key": f"sdk-{_UUID}",
    "a Linear token": "lin_oauth_~H64",
    "a Notion token": "ntn_~D11~A35",
    "an Airtable token": "pat~A14.~H64",
    "a Figma token": "figd_~W40",
    "an Asana token": "2/~D16/~D16:~H32",
    "a Trello token": "ATTA~H64",
    "an Atlassian token": "ATBB~A32",
    "a HubSpot token": f"pat-na1-{_UUID}",
    "a Postman key": "PMAK-~H24-~H34",
    "a ReadMe key": "rdme_~L70",
    "a Contentful token": "CFPAT-~W43",
    "a Typeform token": "tfp_~W59",
    "a Dropbox token": "sl.u.~W130",
    "a Facebook or Square token": "EAAC~A110",
    "a Square token": "sq0atp-~W22",
    "a Shopify token": "shpat_~H32",
    "a Twilio key": "SK~H32",
    "a Mailgun key": "key-~H32",
    "a Mailchimp key": "~H32-us12",
    "a Mandrill key": "md-~A22",
    "a Brevo key": "xkeysib-~H64-~A16",
    "a Resend key": "re_~A8_~A24",
    "an EasyPost key": "EZAK~A54",
    "a Shippo token": "shippo_live_~H40",
    "a Duffel token": "duffel_test_~W43",
    "a Flutterwave key": "FLWSECK-~H32-X",
    "a Razorpay key": "rzp_live_~A14",
    "a Mollie or Lob key": "live_~A30",
    "a PayPal or Braintree token": "access_token$production$~L16$~H32",
    "a Plaid token": f"access-production-{_UUID}",
    "a Mapbox token": "sk.eyJ1Ijoi~A60.~A22",
    "a Frame.io token": "fio-u-~W64",
    "an Adafruit key": "aio_~A28",
    "a Discord token": "M~A23.~A6.~A38",
    "a Telegram token": "https://api.telegram.org/bot~D10:AA~A33/sendMessage",
    "an Alibaba Cloud key": "LTAI5t~A18",
    "a Tencent Cloud key": "AKID~A32",
    "a Yandex Cloud token": "AQVN~W36",
    "an Azure secret": "q8K8Q" + "~~A34",
    "a Sourcegraph token": "sgp_~H40",
    "a Tailscale key": "tskey-auth-~A12CNTRL-~A32",
    "a 1Password secret": "ops_eyJ~A250",
    "an Okta token": "00~W40",
    "an OpenShift token": "sha256~" + "~W43",
    "an Octopus Deploy key": "API-~U26",
    "a Harness token": "pat.~A22.~H24.~A20",
    "a MaxMind key": "~A6_~A29_mmk",
    "a token of Depot, Gitpod, Namespace, Rootly, Unkey or Zuplo": "gitpod_pat_~A40",
    "an API key": "sk-proj-~A74T3BlbkFJ~A74",
}
# Names that begin as tokens do.
NAMES_LIKE_TOKENS = (
    "sk-learn-model-serving-europe-west1-production key-ring-europe-west1-production-backend "
    "pul-production-europe-west1-service-account ico-europe-west1-production-service-name "
    "SKAFFOLD_DEFAULT_REPO_EUROPE_WEST1 dapi-europe-west1-production-service re_internal_servicecontroller "
    "live_orders_europe_west1_production_db secret_rotation_service_production_v2 api-gateway-europe-west1-production "
    "npm_config_registry_europe_west1_production hf_model_cache_europe_west1_production "
    "AKIDENTIFIERSOFCUSTOMERSANDORDERSTABLE EAAServiceAttachmentEuropeWestProducer SCWORLDWIDEHOLDINGSUPPLY"
)


@pytest.mark.parametrize("name", _TELLING.split())
def test_names_that_tell(name: str) -> None:
    assert is_credential_name(name)
    assert looks_like(name, _WORD)


@pytest.mark.parametrize("name", _ABOUT.split())
def test_names_about_credentials_and_names_that_only_sound_so(name: str) -> None:
    assert not looks_like(name, "3600")
    assert not looks_like(name, "some-word")


@pytest.mark.parametrize("what", HOLDING)
def test_a_text_that_holds_one_is_found_hidden_and_cut_out(what: str) -> None:
    text = HOLDING[what]
    assert looks_like("SETTING", text)
    assert isinstance(hide({"startup": text})["startup"], Hidden)
    assert SHOWN in scrub(text)
    assert _WORD not in scrub(text)


@pytest.mark.parametrize("what", HOLDING_NONE)
def test_a_text_that_holds_none_is_shown(what: str) -> None:
    assert looks_like("SETTING", HOLDING_NONE[what]) == ""


@pytest.mark.parametrize("name", HOLDING_NONE_BY_NAME)
def test_a_value_that_is_none_is_shown_whatever_its_name(name: str) -> None:
    assert is_credential_name(name)
    assert looks_like(name, HOLDING_NONE_BY_NAME[name]) == ""
    assert looks_like("SETTING", f"{name}={HOLDING_NONE_BY_NAME[name]}") == ""


def test_every_issuer_is_in_the_corpus() -> None:
    assert ISSUED.keys() == ISSUERS.keys()


@pytest.mark.parametrize("what", ISSUED)
def test_an_issuers_token_is_found_wherever_it_stands(what: str) -> None:
    token = _token(ISSUED[what])
    assert looks_like("SETTING", token) == what
    for text in (
        json.dumps({"setting": token}),
        f"setting: '{token}'",
        f"https://example.com/?setting={token}&page=2",
        quote(f"setting={token}", safe=""),
        f"the one in use, {token}, ends in May",
        base64.b64encode(json.dumps({"setting": token}).encode()).decode(),
    ):
        assert shape(text), text
        assert token not in scrub(text)


@pytest.mark.parametrize("name", NAMES_LIKE_TOKENS.split())
def test_names_that_begin_as_tokens_do_are_none(name: str) -> None:
    assert looks_like("SETTING", name) == ""


@pytest.mark.parametrize(
    "value",
    [
        {"key": "DB_PASSWORD", "value": _WORD},
        {"header_name": "Authorization", "header_value": _WORD},
        {"db_password": {"value": _WORD}},
        {"variable": {"db_password": {"default": _WORD}}},
    ],
)
def test_a_value_has_the_name_beside_or_above_it(value: dict[str, object]) -> None:
    assert holds_hidden(hide(value))


@pytest.mark.parametrize("value", ["$uperman", "/Pa55/w0rd", "<3-hunter!", "{x9!kk", "plain", "google"])
def test_a_password_only_looks_like_a_place_or_a_variable(value: str) -> None:
    assert looks_like("DB_PASSWORD", value)


@pytest.mark.parametrize(
    "name", ["GIT_COMMIT", "TENANT_ID", "id", "account-id", "KID", "IMAGE_DIGEST", "VAPID_PUBLIC_KEY"]
)
def test_a_commit_or_a_number_is_none_by_the_name_that_it_has(name: str) -> None:
    assert looks_like(name, (_HEX * 2)[:40]) == ""
    assert looks_like("SESSION_ID", (_HEX * 2)[:40])
    assert looks_like("VAULT_SECRET_ID", (_HEX * 2)[:40])


def test_a_sensitive_variables_default_is_hidden_and_so_are_keys() -> None:
    content = {
        "variable": {"greeting": {"sensitive": True, "default": _WORD}, "open": {"default": "shown"}},
        "resource": {"x_y": {"z": {"labels": {"ghp_" + "0123456789abcdefghij": "a", "b": "c"}}}},
    }
    items = stack_of(content, "default", "producer").items
    assert isinstance(items["variable.greeting"].values["default"], Hidden)
    assert items["variable.open"].values["default"] == "shown"
    shown = [*items["x_y.z"].values["labels"]]
    assert shown[0].startswith("(hidden ")
    assert shown[1] == "b"


def test_keys_in_addresses_are_hidden_and_stay_apart() -> None:
    first, second = (shown_address(f'x_y.z["ghp_0123456789abcdefghi{end}"]') for end in "jk")
    assert first != second
    assert "ghp" not in first + second
    assert shown_address('x_y.z["tokyo"]') == 'x_y.z["tokyo"]'


def _patterns() -> list[re.Pattern[str]]:
    modules = (credential_issuers, credential_pairs, credential_places, credential_shapes)
    values = [value for module in modules for value in vars(module).values()] + [*credential_shapes.SHAPES.values()]
    return [value for value in values if isinstance(value, re.Pattern)]


def test_no_pattern_can_be_quadratic() -> None:
    """Without a bound a repetition is possessive, so nothing in it is tried again; `$` ends those that match once."""
    for pattern in _patterns():
        unbounded = [kind for kind, most in _repetitions(parser.parse(pattern.pattern)) if most is constants.MAXREPEAT]
        if pattern.pattern.startswith(r"\$\{"):
            continue  # only ever matched at one place
        assert {*unbounded} <= {constants.POSSESSIVE_REPEAT}, pattern.pattern


# Beginnings of each pattern, over and over without an end.
_NEAR_MISSES = (
    *(
        "a",
        "A1",
        "aB1/",
        "a ",
        "a:",
        "a=",
        "a.b",
        "a/b@",
        "a:b@c",
        "- ",
        "--a ",
        "x-p ",
        "_",
        "%3D",
        "&amp;",
        '\\"',
        "\n ",
    ),
    *(
        "<",
        "<a ",
        "<a>",
        "<password>",
        '<add key="a" ',
        "<key>a</key>",
        "name: x ",
        "name: DB_PASSWORD {",
        "value: abcd ",
    ),
    *(
        "INSERT INTO t(password) VALUES (",
        "insert into t(a) values ('",
        "user,password\nbob,",
        "password,",
        "use a1b ",
        "|",
    ),
    *("the password of a b ", "vault login -a ", "echo a |", "openssl -", "('a','b'),(", "a1!"),
    *("password ", "password:", "password: |\n", "password = {", "password%3D", "token is ", "ENV A ", "sensitive("),
    *("mysql -x ", "login x password", "redis-cli ", "zip ", "ldapsearch ", "openssl -k pass:", "htpasswd -b ", "a:b|"),
    *("sqlplus ", "a/b@c:", "user x ", "role a password ", "IDENTIFIED WITH ", "localhost:5432:a:", "*:", "a.b."),
    *('"kty": ', '"d": ', '"kty":"n":"', "https://a:", "https://1a1a", "?sig=", "bearer ", "curl -u ", "eyJhbGciOiJ."),
    *(
        "-----BEGIN ",
        "-----BEGIN CERTIFICATE-----A",
        "ssh-rsa AAAA",
        "sha256-",
        "ghp_",
        "sk-a",
        "1/",
        "12345678:",
        "EAA",
    ),
)


@pytest.mark.parametrize("near", _NEAR_MISSES)
def test_a_long_text_of_near_misses_is_read_in_linear_time(near: str) -> None:
    """A quadratic pattern needs minutes for 200 KB; the bound allows for a busy machine."""
    begin = time.process_time()
    shape(near * (200_000 // len(near)))
    assert time.process_time() - begin < 20


def _repetitions(tree: object) -> list[tuple[object, object]]:
    found: list[tuple[object, object]] = []
    if isinstance(tree, tuple) and len(tree) == 2 and "REPEAT" in str(tree[0]):
        found.append((tree[0], tree[1][1]))
    if isinstance(tree, (list, tuple, parser.SubPattern)):
        for part in tree:
            found += _repetitions(part)
    return found
