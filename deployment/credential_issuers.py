"""Tokens and keys that their issuers mark with a prefix or another fixed part.

Each as its issuer documents or prints it, with the least number of characters that tells it from a name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What a finding calls it, and its pattern. ` W20` stands for twenty of the characters that _BODIES names, ` | ` parts
# alternatives. Prefixes that begin names as well need a digit soon, or a body without hyphens.
ISSUERS: Mapping[str, str] = {
    "a Google API key": "AIza W30",
    "a Google OAuth token": r"ya29\. W10 | 1//0 W30",
    "a Google OAuth client secret": "GOCSPX- W10",
    "a Google HMAC key": "GOOG U20",
    "a key of an AWS account": "(?:A3T[0-9A-Z]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])",
    "a key of Amazon Bedrock": "ABSK B60 | bedrock-api-key- B20",
    "a GitHub token": "gh[pousr]_ A20 | github_pat_ W20",
    "a GitLab token": "gl(?:pat|dt|rt|rtr|cbt|ptt|agent|soat|oas|ft|ffct|imt)- W16 | GR1348941 W20",
    "a Slack token": "xox[abceoprs][.-][0-9A-Za-z-]{10} | xapp-[0-9A-Za-z-]{10}",
    "a Stripe key": "[rs]k_(?:live|test|prod)_ A10 | whsec_ B10",
    "a SendGrid key": r"(?<!-)SG\.[0-9A-Za-z_-]{16,64}\. W16",
    "an npm token": "npm_ A30",
    "a Hugging Face token": "hf_ A30 | api_org_ A30",
    "a Vault token": r"hv[sbr]\. W20 | (?<!\.)s\.(?=[A-Za-z]{0,23}[0-9]) A24",
    "a Terraform token": r"[0-9A-Za-z]{14}\.atlasv1\. W20",
    "a PyPI token": "pypi-AgE W24",
    "a RubyGems key": "rubygems_ H24",
    "a crates.io token": "cio A32",
    "a NuGet key": "oy2[0-9a-z]{43}",
    "a Clojars token": "CLOJARS_ A24",
    "a Docker Hub token": "dckr_[po]at_ W20",
    "an Artifactory key": "AKCp A30 | cmVmd A40",
    "a Grafana token": "glsa_ A24 | glc_ B24",
    "a Sentry token": "sntry[su]_ B24",
    "a Datadog key": "ddapp_ A24",
    "a New Relic key": "NR(?:AA|AK|II|IQ|RA|SP)- W20 | (?:[a-z]{2}[0-9]{2}xx)?[0-9a-fA-F]{20,40}NRAL",
    "a Honeycomb key": "hc[a-z]{1,2}[ilk]k_ A24",
    "a Dynatrace token": r"dt0[a-z][0-9]{2}\. A24",
    "an Axiom token": "xa[ap]t- W32",
    "a SonarQube token": "sq[upa]_ H32",
    "a Snyk token": r"snyk_[us]at\. W20",
    "a CircleCI token": "CCI(?:PAT|PRJ)_ W20",
    "a Buildkite token": "bk(?:ua|ct|aj)_ A32",
    "a Heroku key": "HRKU- W30",
    "a DigitalOcean token": "do[por]_v1_ H24 | DO00[0-9A-Z]{16}(?![0-9A-Za-z])",
    "a Scaleway key": "SCW(?=[A-Z]{0,16}[0-9])[0-9A-Z]{17}(?![0-9A-Za-z])",
    "a Fly.io token": "fo1_ W32 | fm1[ar]_ B32 | fm2_ B32",
    "a Vercel token": "vc[akipr]_ A24 | vercel_blob_rw_ A16",
    "a Netlify token": "nf[pcoub]_ A32",
    "a Render key": "rnd_ A24",
    "a Cloudflare token": r"v1\.0-[0-9a-f]{24}-[0-9a-f]{32} | cf(?:ut|at|k)_ A32",
    "a Databricks token": "dapi H32",
    "a Doppler token": r"dp\.(?:pt|ct|sa|scim|audit|st(?:\.[\w-]{1,40})?)\. A32",
    "a Pulumi token": "pul- H32",
    "an Infracost key": "ico- A32",
    "a PlanetScale token": "pscale_(?:tkn|pw|oauth|otk)_ B30",
    "a Supabase key": "sbp_(?:oauth_)? H32 | sb_secret_ W20",
    "a Neon key": "napi_ A32",
    "an Aiven password": "AVNS_ W16",
    "a MongoDB Atlas key": "mdb_sa_sk_ W20",
    "a CockroachDB key": "CCDB1_ W20",
    "a ClickHouse key": "4b1d[0-9A-Za-z]{38}(?![0-9A-Za-z])",
    "a dbt token": "dbt[cu]_ W24",
    "a Prefect key": "pn[ub]_ A32",
    "an Anthropic key": "sk-ant- W20",
    "a Groq key": "gsk_ A32",
    "an xAI key": "xai- A32",
    "a Perplexity key": "pplx- A32",
    "a Replicate token": "r8_ A30",
    "a LangSmith key": "lsv2_[ps][tk]_ H32 | ls__ H32",
    "an E2B key": "e2b_ H32",
    "an ElevenLabs key": "sk_ H32",
    "an NVIDIA key": "nvapi- W32",
    "a Cerebras key": "csk- A32",
    "a Pinecone key": "pcsk_ W32",
    "a Together key": "tgp_v1_ W32",
    "a Tavily key": "tvly-(?:dev-|prod-)? A20",
    "a Jina key": "jina_ A32",
    "a Firecrawl key": "fc- H32",
    "a PostHog key": "phx_ A32",
    "a LaunchDarkly key": "(?:sdk|api)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    "a Linear token": "lin_(?:api|oauth|wh)_ A24",
    "a Notion token": "(?:ntn|secret)_ A40",
    "an Airtable token": r"pat[0-9A-Za-z]{14}\.[0-9a-f]{32}",
    "a Figma token": "fig[dor]u?_ W24",
    "an Asana token": "[0-2]/[0-9]{10,20}(?:/[0-9]{10,20})?:[0-9a-f]{32}",
    "a Trello token": "ATTA H32",
    "an Atlassian token": "ATATT3 W24 | ATCTT3 W24 | ATBB A24",
    "a HubSpot token": "pat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-",
    "a Postman key": "PMAK- W24",
    "a ReadMe key": "rdme_ A32",
    "a Contentful token": "CFPAT- W32",
    "a Typeform token": "tfp_ W32",
    "a Dropbox token": r"sl\.(?:u\.)? W60",
    "a Facebook or Square token": "EAA(?=[A-Za-z_-]{0,40}[0-9]) W30",
    "a Square token": "sq0[aci][ts]p- W20",
    "a Shopify token": "shp(?:at|ss|ca|pa|tka|ua)_ H24",
    "a Twilio key": "SK H32",
    "a Mailgun key": "key- H32",
    "a Mailchimp key": "[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])",
    "a Mandrill key": "md-(?=[A-Za-z_-]{0,20}[0-9]) A22",
    "a Brevo key": "x(?:keys|smtps)ib- H32",
    "a Resend key": "re_(?=[A-Za-z_]{0,24}[0-9])[0-9A-Za-z]{8}_ A16",
    "an EasyPost key": "EZ[AT]K A40",
    "a Shippo token": "shippo_(?:live|test)_ H32",
    "a Duffel token": "duffel_(?:live|test)_ W32",
    "a Flutterwave key": "FLWSECK(?:_TEST)?- A12",
    "a Razorpay key": "rzp_(?:live|test)_ A14",
    "a Mollie or Lob key": "(?:live|test)_(?=[A-Za-z]{0,30}[0-9]) A30",
    "a PayPal or Braintree token": r"access_token\$(?:production|sandbox)\$ W12",
    "a Plaid token": "access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-",
    "a Mapbox token": r"[st]k\.eyJ W20",
    "a Frame.io token": "fio-u- W32",
    "an Adafruit key": "aio_ A24",
    "a Discord token": r"[MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\. W27",
    "a Telegram token": r"(?:bot)?[0-9]{8,10}:[0-9A-Za-z_-]{35}(?![\w-])",
    "an Alibaba Cloud key": "LTAI(?=[A-Za-z]{0,20}[0-9]) A12",
    "a Tencent Cloud key": "AKID(?=[A-Za-z]{0,30}[0-9]) A32",
    "a Yandex Cloud token": r"AQVN W32 | y[0-3]_{1,2}A W30 | t1\.[0-9A-Za-z_=-]{20,256}\. W40 | YC[MNPS][\w-]{37}\b",
    "an Azure secret": r"[\w~.]{3}[0-9]Q~[\w~.-]{31} | [0-9A-Za-z+/]{50,80}(?:AZDO|JQQJ9|ACDb|\+AMC|\+AS[tc]|APIM)",
    "a Sourcegraph token": "sg[pd]_ A32 | slk_ A40",
    "a Tailscale key": "tskey- W20",
    "a 1Password secret": "ops_eyJ W24 | A3-[0-9A-Z]{6}-[0-9A-Z]{6}-?[0-9A-Z]{5}-[0-9A-Z]{5}-",
    "an Okta token": r"00(?=[0-9]{0,20}[A-Za-z_-])[0-9A-Za-z_-]{40}(?![\w-])",
    "an OpenShift token": "sha256~ W40",
    "an Octopus Deploy key": "API-(?=[A-Z]{0,20}[0-9]) U25",
    "a Harness token": r"[ps]at\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z]{24}\.",
    "a MaxMind key": "[0-9A-Za-z]{6}_[0-9A-Za-z]{29}_mmk",
    "a token of Depot, Gitpod, Namespace, Rootly, Unkey or Zuplo": (
        "(?:gitpod_pat|depot|nsct|rootly|unkey|zpka)_(?=[A-Za-z_]{0,20}[0-9]) A20"
    ),
    "an API key": r"sk-(?=[\w-]{0,40}?(?=[A-Za-z]{0,11}[0-9])[0-9A-Za-z]{12}) W20",
}
_BODIES = {"A": "0-9A-Za-z", "B": "0-9A-Za-z+/=_.~-", "H": "0-9a-fA-F", "U": "0-9A-Z", "W": "0-9A-Za-z_-"}


def _pattern(*rows: str) -> re.Pattern[str]:
    """Rows as one expression; a token begins where a word begins, also behind an underscore, and is long."""
    alternatives = "|".join(rows).replace(" | ", "|")
    bodies = re.sub(r" ([ABHUW])([0-9]+)", lambda body: f"[{_BODIES[body[1]]}]{{{body[2]}}}", alternatives)
    return re.compile(rf"(?<![0-9A-Za-z])(?=[\w.~+/=:$-]{{16}})(?:{bodies})")


# All at once first: almost no text has any.
ISSUED = _pattern(*ISSUERS.values())


def issued(text: str) -> str:
    """What a text holds that an issuer marked; empty when nothing."""
    if not ISSUED.search(text):
        return ""
    return next(what for what, row in ISSUERS.items() if _pattern(row).search(text))
