"""Passwords in the commands and calls of programs: each as its manual writes them."""

from __future__ import annotations

# The beginning of a value that no shell, template or placeholder gives; what stands before an option of a command.
GIVEN = r"[\"']?(?!\*{1,64}(?:[\s\"']|$))[^\s\"'`$<{(%-]"
_OPTIONS = r"\s(?:[^\n|;&]{0,256}\s)?"
COMMANDS = "|".join(
    (
        rf"\bsshpass {{1,9}}-p ?{GIVEN}",
        # netrc, in any order. Without a login, and other than as a whole line or with a host's domain, it may be a
        # sentence.
        rf"(?i:\blogin\s{{1,9}}\S{{1,256}}\s{{1,9}}"
        rf"(?:account\s{{1,9}}\S{{1,256}}\s{{1,9}})?password\s{{1,9}}{GIVEN})",
        rf"(?i:\bmachine\s{{1,9}}\S{{1,256}}\s{{1,9}}(?:account\s{{1,9}}\S{{1,256}}\s{{1,9}})?password\s{{1,9}}"
        rf"{GIVEN}\S{{0,256}}\s{{1,9}}(?:login|account)\s)",
        r"(?i:(?:(?:^|\n)[ \t]{0,9}machine[ \t]{1,9}|\bmachine[ \t]{1,9}(?=\S{0,256}\.))"
        rf"\S{{1,256}}\s{{1,9}}password\s{{1,9}}{GIVEN}\S{{0,256}}[ \t]{{0,9}}(?:\n|$|(?<=[\"'])))",
        rf"\b(?:mysql\w{{0,12}}|mariadb(?:-[a-z]{{1,12}})?|7za?|(?:un)?rar){_OPTIONS}-p{GIVEN}",
        rf"\b(?:login|mongo\w{{0,12}}|cqlsh|cypher-shell|psexec|rdesktop|ncftp\w{{0,6}}|useradd){_OPTIONS}"
        rf"-p[ =]{GIVEN}",
        rf"\bredis-(?:cli|benchmark){_OPTIONS}(?:-a[ =]?|--pass[ =]|(?i:auth) ){GIVEN}",
        rf"\b(?:requirepass|masterauth|bindpw|rootpw|insecure-password|(?i:pre-?shared-?key))\s{{1,4}}{GIVEN}",
        r"\b(?:PSK|XAUTH)\s{1,4}[\"'][^\"'\s$<{]|\b(?i:setuser|user)\s[\w.-]{1,64}\s(?:on\s)?>[^\s$<{=]",
        rf"\b(?:sqlcmd|bcp|(?:un)?zip|ipmitool|mosquitto_\w{{2,3}}){_OPTIONS}-P ?{GIVEN}",
        rf"\blftp{_OPTIONS}-u [\w.@-]{{1,64}},{GIVEN}|\b[a-z]freerdp{_OPTIONS}/p:{GIVEN}",
        rf"\bssh-keygen{_OPTIONS}-N ?{GIVEN}",
        rf"\bsnmp[a-z]{{1,12}}{_OPTIONS}-[cAX] ?{GIVEN}|\bgh secret set{_OPTIONS}(?:-b ?|--body[ =]){GIVEN}",
        rf"\b(?:echo|printf)(?: -n| [\"']?%s(?:\\n)?[\"']?)? {GIVEN}\S{{0,128}} ?\|"
        r" ?(?:sudo -S|passwd --stdin|kinit|saslpasswd2"
        r"|[^\n|]{1,128}\s--?(?:password(?:-stdin)?(?![\w=-])|passphrase-fd 0|with-token|stdin"
        r"|(?:data|body)-file=-))",
        rf"(?:--with-token|--password-stdin|--(?:data|body)-file=-)\s{{0,4}}<<<\s{{0,4}}{GIVEN}",
        rf"\bopenssl{_OPTIONS}-k ?{GIVEN}",
        # Elsewhere than at the beginning of a command it may be a sentence.
        rf"(?:^|[\n;&|\"'$#>])[ \t]{{0,9}}vault login {GIVEN}[^\s=]{{3,256}}(?![^\s])"
        r"|\bvault login (?:-[\w-]{1,32}(?:=\S{1,128})? ){0,4}(?![-\"'$<{(])(?=[^\s=]{0,99}[0-9])[^\s=]{4,256}(?!\S)",
        rf"\bnet user [\w.-]{{1,64}} {GIVEN}\S{{0,64}} /add",
        rf"\bnet use [A-Za-z*]:? \\{{2,4}}\S{{1,128}} {GIVEN}\S{{0,64}} /user|\bstats auth [\w.-]{{1,64}}:{GIVEN}",
        r"\bConvertTo-SecureString\s(?:[^\n|;]{0,128}\s)?[\"'][^\"'\s$<{]",
        rf"\b(?:ldap[a-z]{{3,12}}|kadmin[.a-z]{{0,6}}){_OPTIONS}-w ?{GIVEN}|\bldappasswd{_OPTIONS}-s ?{GIVEN}",
        rf"\bschtasks{_OPTIONS}/rp {GIVEN}|\bqpdf --encrypt {GIVEN}|\buser [\w.-]{{1,64}} using {GIVEN}",
        rf"\b(?:snmp-server community|r[ow]community|tacacs-server key) {GIVEN}",
        rf"\s-(?:k|pass(?:in|out)?)\s{{1,4}}[\"']?pass:{GIVEN}",
        rf"\s-U ?[\w.\\-]{{1,64}}%{GIVEN}",
        rf"\bhtpasswd\s{{1,4}}-[a-zA-Z]{{0,6}}b[a-zA-Z]{{0,6}}\s{{1,4}}\S{{1,128}}\s{{1,4}}[\w.-]{{1,64}}\s{{1,4}}{GIVEN}",
        rf"\brabbitmqctl (?:add_user|change_password) [\w.-]{{1,64}} {GIVEN}",
        r"(?<![\w-])[\w-]{1,64}:[^\s\"'$]{1,128}[\"']?\s{0,4}\|\s{0,4}(?:sudo )?chpasswd\b",
        # Oracle's NAME/PASSWORD@DATABASE, which elsewhere is a repository and its tag.
        r"(?:\b(?:sqlplus|sqlldr|expdp|impdp|rman|conn(?:ect)?)\s(?:-\w{1,9}\s){0,3}|userid=|jdbc:oracle:[a-z]{1,9}:)"
        rf"[\"']?[A-Za-z][\w$#]{{0,64}}/{GIVEN}[^\s/@]{{0,128}}@",
        rf"\b(?:sqlplus|sqlldr|expdp|impdp|rman) (?:-\w{{1,9}} ){{0,3}}[\"']?[A-Za-z][\w$#]{{0,64}}"
        rf"/{GIVEN}[^\s/@.]{{2,128}}(?:\s|$)",
        r"(?<![\w/.@:-])[A-Za-z]\w{0,64}/[^\s/@$]{1,128}@(?://)?[\w.-]{1,253}:[0-9]{2,5}/",
    )
)
# The name of a user and a password, as the arguments of what logs in; the secret of what signs.
CALLS = (
    r"(?:\b(?:HTTPBasicAuth|NetworkCredential|getConnection|mysqli_connect|PDO|DBI->connect|basic_?auth|login|auth)|\bauth=)"
    r"\(\s{0,4}(?:[^()\"'\n]{0,80},\s{0,4}|[\"'][^\"'\n]{0,120}[\"'],\s{0,4}){0,2}"
    r"[\"'][^\"'\n]{1,80}[\"'],\s{0,4}[\"'][^\"'\s$<{]{4}"
    r"|\bjwt\.(?:sign|verify|encode|decode)\([^()\"'\n]{0,80},\s{0,4}[\"'][^\"'\s$<{]{4}|\bcookie_?[Pp]arser\([\"'][^\"'\s$<{]{4}"
)
