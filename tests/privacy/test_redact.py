"""Nothing secret leaves, nothing personal leaves in a recording, and what is neither stays as it is."""

import json
import string
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from envdoctor.facts.document import dump
from envdoctor.privacy.redact import Redactor, allowed, channel, credentials, hide, pieces, secrets, shareable

# --- credentials ---


@pytest.mark.parametrize(
    "text, clean",
    [
        ("https://ada:pw@example.org/simple", "https://<redacted>@example.org/simple"),
        ("https://ada@example.org/simple", "https://<redacted>@example.org/simple"),
        ("https://ada:p@ss@example.org/simple", "https://<redacted>@example.org/simple"),
        ("https://ada:p/ss@example.org/simple", "https://<redacted>@example.org/simple"),
        ("socks5://ada:pw@proxy:1080", "socks5://<redacted>@proxy:1080"),
        ("pkg @ git+https://tok@github.com/a/b@v1", "pkg @ git+https://<redacted>@github.com/a/b@v1"),
        ("ada:pw@example.org", "<redacted>@example.org"),
        ("CONDA_CHANNELS=ada:pw@example.org/x", "CONDA_CHANNELS=<redacted>@example.org/x"),
        ("not 'ada:pw@example.org/x'", "not '<redacted>@example.org/x'"),
        ("x=https://a:b@c/ https://d:e@f/", "x=https://<redacted>@c/ https://<redacted>@f/"),
    ],
)
def test_user_and_password_leave_a_url(text: str, clean: str) -> None:
    assert credentials(text) == clean


@pytest.mark.parametrize(
    "text, clean",
    [
        ("https://conda.anaconda.org/t/tk-1f2e/chan/linux-64", "https://conda.anaconda.org/t/<redacted>/chan/linux-64"),
        ("https://conda.anaconda.org/t/pfx_1f2e/chan", "https://conda.anaconda.org/t/<redacted>/chan"),
        ("conda.anaconda.org/t/tk-1f2e/chan", "conda.anaconda.org/t/<redacted>/chan"),
        ("https://repo.corp:8443/conda/t/tk-1f2e", "https://repo.corp:8443/conda/t/<redacted>"),
        ("https://h/t/one,https://h/t/two/x", "https://h/t/<redacted>,https://h/t/<redacted>/x"),
    ],
)
def test_a_condas_token_leaves_a_channel(text: str, clean: str) -> None:
    assert credentials(text) == clean


@pytest.mark.parametrize(
    "text, clean",
    [
        ("t/tk-1f2e/chan", "t/<redacted>/chan"),
        ("defaults,t/tk-1f2e/chan", "defaults,t/<redacted>/chan"),
        ("repo.corp/conda/t/tk-1f2e/chan", "repo.corp/conda/t/<redacted>/chan"),
        ("https://ada:pw@example.org/t/tk-1f2e/chan", "https://<redacted>@example.org/t/<redacted>/chan"),
        ("file:///srv/t/chan", "file:///srv/t/chan"),
        ("/srv/t/chan", "/srv/t/chan"),
        ("conda-forge", "conda-forge"),
    ],
)
def test_a_token_leaves_a_channel_without_a_scheme(text: str, clean: str) -> None:
    assert channel(text) == clean
    assert allowed({"CONDA_CHANNELS": text}) == {"CONDA_CHANNELS": clean}


@pytest.mark.parametrize(
    "name",
    ["token", "private_token", "access_token", "api_key", "apikey", "password", "sig", "X-Amz-Signature", "Auth"],
)
def test_a_secret_parameter_leaves_a_url(name: str) -> None:
    assert credentials(f"https://h/x?a=1&{name}=s3cret&b=2#c") == f"https://h/x?a=1&{name}=<redacted>&b=2#c"


@pytest.mark.parametrize(
    "text",
    [
        "/home/ada/t/venv/bin/python",
        "file:///srv/t/wheels/fit-1.0-py3-none-any.whl",
        "git+https://github.com/a/b@v1.0",
        "pkg @ https://host:8080/@scope/pkg",
        "ada@example.org",
        "numpy>=2; python_version < '3.12'",
        "https://example.org/x?page=2",
        "https://example.org:8443/a@b",
        "mailto:ada@example.org",
        "python:3.12@sha256:0a1b",
        "git@github.com:ada/fit",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert credentials(text) == text


# What a URL may hold unquoted in a user's name and password (RFC 3986: unreserved, sub-delims), less a comma.
SECRET = st.text(string.ascii_letters + string.digits + "-._~!$'()*+", min_size=6, max_size=30)
USERINFO = st.text(string.ascii_letters + string.digits + "-._~!$'()*+:@%", min_size=6, max_size=30)


@given(
    user=SECRET, password=USERINFO, token=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{5,30}", fullmatch=True), key=SECRET
)
@example(user="ada123", password="p@:ss:@word", token="tk-000000", key="secret")
def test_no_planted_secret_survives(user: str, password: str, token: str, key: str) -> None:
    noise = "because https://conda.anaconda.org/t/ of repo.example.org/channel?access_token= a"
    assume(not any(secret in noise + "<redacted>" for secret in (user, password, token, key)))
    url = f"https://{user}:{password}@repo.example.org/t/{token}/channel?access_token={key}"
    text = f'because of {url} and "{url}"'
    document = {"a": [text, {"b": url}], text: 1}
    for clean in (
        credentials(text),
        credentials(dump(document)),
        dump(Redactor("/home/ada", "ada", "lab").document(document)),
    ):
        for secret in (f"{user}:", f":{password}@", f"/t/{token}/", f"={key}"):
            assert secret not in clean


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@example({"a": 'https://h/t/tok\\"', "b": 'https://h/?token=x"y', "c": "://x\\", "d": 'f://"@"'})
def test_json_stays_json(document: object) -> None:
    json.loads(credentials(dump(document)))


@given(st.text(st.sampled_from('ab:/@?&=t.token "\\'), max_size=60))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert credentials(credentials(text)) == credentials(text)


@pytest.mark.parametrize(
    "text",
    [
        "://a:" * 20_000 + "@", "/t/" * 50_000 + "://", "?key" * 50_000, "://" + "a/" * 50_000, "://" * 40_000,
        "a:b," * 40_000, "(a:b" * 40_000, "a.b/" * 40_000, "," + "a." * 40_000,
    ],
)  # fmt: skip
def test_long_texts_take_no_long_time(text: str) -> None:
    began = time.process_time()
    channel(text + "/x@/t/=")
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "text, clean",
    [
        ("https://corp/simple?jwt=abc", "https://corp/simple?jwt=<redacted>"),
        ("https://corp/simple?pat=abc&page=2", "https://corp/simple?pat=<redacted>&page=2"),
        ("https://corp/x?Expires=1&GoogleAccessId=robot7ab", "https://corp/x?Expires=1&GoogleAccessId=<redacted>"),
        ("https://repo.corp/get/s3cr3tZ012/conda", "https://repo.corp/get/<redacted>/conda"),
        ("https://dl.cloudsmith.io/abcdefgh/o/r/simple/", "https://dl.cloudsmith.io/<redacted>/o/r/simple/"),
        ("https://dl.cloudsmith.io/public/o/r/simple/", "https://dl.cloudsmith.io/public/o/r/simple/"),
        ("https://pypi.fury.io/a1b2c3d4e5/o/", "https://pypi.fury.io/<redacted>/o/"),
        ("//ada:pw1234@corp", "//<redacted>@corp"),
        ("conda create --token ab12cd numpy", "conda create --token <redacted> numpy"),
        ("--password=hunter2 numpy", "--password=<redacted> numpy"),
        ("connect failed, password=hunter2 for ada", "connect failed, password=<redacted> for ada"),
        ("db_password=hunter2", "db_password=<redacted>"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer <redacted>"),
        ("cloned with ghp_abcdefABCDEF0123", "cloned with <redacted>"),
        ("glpat-s3cr3tZ012x", "<redacted>"),
        ("AKIAIOSFODNN7EXAMPLE", "<redacted>"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "<redacted>"),
    ],
)
def test_a_secret_leaves_wherever_it_stands(text: str, clean: str) -> None:
    assert credentials(text) == clean
    assert credentials(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "https://files.pythonhosted.org/packages/a1/b2/c3d4e5f6a7b8c9d0/numpy-2.0.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "https://download.pytorch.org/whl/cu121",
        "https://github.com/ada/fit/archive/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567.zip#egg=fit",
        "https://repo.corp/artifactory/api/pypi/simple",
        "https://conda.example.org/main/linux-64",
        "numpy==2.0.0 --hash=sha256:0a1b2c3d",
        "sk-learn 1.0 and token-bucket 2.0",
        "a token is expected",
        "KeyError: 'key'",
        "SyntaxError: invalid token",
        "--key-file /etc/ssl/x",
        "OMP_NUM_THREADS=8",
        "a basic example",
        "if token == name",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert credentials(text) == text


def test_in_a_document_the_word_after_a_secret_option_and_the_value_of_a_secret_key_leave() -> None:
    document = {"argv": ["python", "--token", "abc", "-m", "x"], "API_KEY": "abc", "key": "numpy", "n": {"a": ["abc"]}}
    assert shareable(document) == {
        "argv": ["python", "--token", "<redacted>", "-m", "x"],
        "API_KEY": "<redacted>",
        "key": "numpy",
        "n": {"a": ["abc"]},
    }


@pytest.mark.parametrize(
    "piece",
    [
        "--token-",
        "a_a_a_token",
        "token= ",
        "bearer ",
        "://h/a1b2c3d4/",
        "?a=1",
        "//a:",
        "eyJ",
        "sk-a-",
        "--key ",
        "-u a:b ",
        "login -p ",
        "x-key: ",
        "-----BEGIN PRIVATE KEY-----",
        "api_key: ",
        "'token': ",
        "/home/",
    ],
)
def test_texts_made_to_take_long_take_no_long_time(piece: str) -> None:
    began = time.process_time()
    Redactor("/root", "ada", "lab").text(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 8


# --- the environment ---


def test_variables_are_recorded_by_their_whole_names() -> None:
    strangers = (
        "CONDA_PASSPHRASE",
        "DASK_GATEWAY__PAT",
        "PYTHON_GITLAB_PAT",
        "OMP_X",
        "CONDA_CREDS",
        "DASK_PWD",
        "MKL_",
    )
    environ = {
        **dict.fromkeys(strangers, "x"),
        "OMP_NUM_THREADS": "4",
        "KMP_AFFINITY": "none",
        "FLEXIBLAS": "netlib",
        "PYTHONHOME": "/x",
        "CONDA_SHLVL": "1",
        "DASK_INTERNAL__INHERIT_CONFIG": "eyJ",
        "SPYDER_ARGS": "['x']",
        "PIP_INDEX_URL": "https://repo.corp/secret/simple",
        "UV_INDEX": "a=https://pypi.org/simple b=https://repo.corp/x",
    }
    assert allowed(environ) == {
        "CONDA_SHLVL": "1",
        "DASK_INTERNAL__INHERIT_CONFIG": "<set>",
        "FLEXIBLAS": "netlib",
        "KMP_AFFINITY": "none",
        "OMP_NUM_THREADS": "4",
        "PIP_INDEX_URL": "https://repo.corp",
        "PYTHONHOME": "/x",
        "SPYDER_ARGS": "<set>",
        "UV_INDEX": "a=https://pypi.org/simple b=https://repo.corp",
    }


def test_homes_of_others_leave_one_number_a_person() -> None:
    hidden = secrets({"API_TOKEN": "hunter22", "A": "x://u:pw2222@h"})
    redactor = Redactor("/home/ada", "ada", "lab", ["grace.hopper"], hidden)
    for text, clean in [
        ("/home/ada/x", "~/x"),
        ("/home/alan/x and /Users/kurt/x", "/home/<user2>/x and /Users/<user3>/x"),
        (r"C:\Users\alan\x", r"C:\Users\<user2>\x"),
        ("/export/home/kurt", "/export/home/<user3>"),
        ("/home/grace.hopper", "/home/<user>"),
        ("hunter22 pw2222", "<redacted> <redacted>"),
        ("/home/jovyan/work", "/home/jovyan/work"),
    ]:
        assert redactor.text(text) == clean


def test_only_listed_variables_are_recorded() -> None:
    environ = {"PATH": "/bin", "OMP_NUM_THREADS": "4", "EDITOR": "vi", "AWS_REGION": "eu", "PYTHONPATH": "/x"}
    assert allowed(environ) == {"OMP_NUM_THREADS": "4", "PATH": "/bin", "PYTHONPATH": "/x"}


@pytest.mark.parametrize("name", ["CONDA_TOKEN", "PYTHON_PASSWORD", "DASK_SECRET", "CONDA_API_KEY", "PYTHON_AUTH"])
def test_a_variable_named_like_a_secret_is_never_recorded(name: str) -> None:
    assert allowed({name: "x"}) == {}


def test_a_recorded_variable_loses_its_credentials() -> None:
    assert allowed({"PIP_INDEX_URL": "https://ada:pw@corp/simple"}) == {"PIP_INDEX_URL": "https://<redacted>@corp"}


# --- names ---

ADA = Redactor("/home/ada", "ada", "engine.lab.example.org")


@pytest.mark.parametrize(
    "text, clean",
    [
        ("/home/ada", "~"),
        ("/home/ada/fit/.venv", "~/fit/.venv"),
        ("can't read /home/ada.", "can't read ~."),
        ("['/home/ada']", "['~']"),
        ("A=/home/ada;B={/home/ada}", "A=~;B={~}"),
        ("file:///home/ada/x", "file://~/x"),
        ("/home/ada2/x", "/home/<user2>/x"),
        ("/home/ada-old/x", "/home/<user>-old/x"),
        ("/data/home/ada/x", "/data/home/<user>/x"),
        ("/scratch/ada/x", "/scratch/<user>/x"),
        ("Ada's, not adaptive", "<user>'s, not adaptive"),
        ("on engine.lab.example.org", "on <host>"),
        ("ENGINE said", "<host> said"),
        ("engineering", "engineering"),
    ],
)
def test_home_user_and_host_leave(text: str, clean: str) -> None:
    assert ADA.text(text) == clean


def test_keys_are_redacted_too() -> None:
    assert ADA.document({"/home/ada/x": ["ada", ("engine", 1, None)]}) == {"~/x": ["<user>", ["<host>", 1, None]]}


def test_the_folder_of_home_is_a_name_too() -> None:
    assert Redactor("/home/ada.lovelace", "", "").text("/scratch/ada.lovelace/x") == "/scratch/<user>/x"


@pytest.mark.parametrize("text", [r"C:\Users\Ada\fit", "c:/users/ada/fit", r"C:\\Users\\Ada\fit"])
def test_a_home_on_windows_is_found_however_it_is_written(text: str) -> None:
    assert Redactor(r"C:\Users\Ada", "Ada", "PC").text(text).replace("\\", "/") == "~/fit"


@pytest.mark.parametrize("name", ["root", "python", "lib", "numpy", "ab", ""])
def test_names_that_every_machine_has_stay(name: str) -> None:
    text = f"/usr/lib/python3/{name}/numpy/root"
    assert Redactor("/", name, name).text(text) == text


NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{3,14}[A-Za-z0-9]", fullmatch=True)
BEFORE = st.sampled_from(["", " ", "/", ":", "'", "=", "(", "-", "\n"])
AFTER = st.sampled_from(["", " ", "/", ":", "'", ",", ")", "\n", "]", "}"])


@given(NAME, NAME, st.lists(st.tuples(BEFORE, st.integers(0, 2), AFTER), max_size=4))
def test_no_name_survives(user: str, host: str, places: list[tuple[str, int, str]]) -> None:
    home = f"/export/{user}"
    redactor = Redactor(home, user, host)
    hidden = {word.lower() for word in (user, host)} - Redactor._COMMON
    text = "; ".join(f"{before}{(home, user, host)[which]}{after}" for before, which, after in places)
    clean = redactor.text(text).lower().replace("<user>", "").replace("<host>", "")
    assert not any(word in clean for word in hidden)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://ada:hunter2@mirror/simple", "https://ada:REDACTED@mirror/simple"),
        ("/a:https://ada:hunter2@mirror/simple:/b", "/a:https://ada:REDACTED@mirror/simple:/b"),
        ("https://ada:p@ss:word@mirror/simple", "https://ada:REDACTED:REDACTED@mirror/simple"),
        ("https://t0ken@mirror/simple:/b", "https://REDACTED@mirror/simple:/b"),
        ("git+ssh://ada:hunter2@h/x:/b", "git+ssh://ada:REDACTED@h/x:/b"),
        ("/home/ada:hunter2@x/lib", "/home/ada:REDACTED@x/lib"),
        ("/opt/python@3.11/bin:/usr/bin", "/opt/python@3.11/bin:/usr/bin"),
        ("//server/share:/opt/gcc@12/lib", "//server/share:/opt/gcc@12/lib"),
        ("lib:./x@y:/z", "lib:./x@y:/z"),
        ("", ""),
    ],
)
def test_an_address_that_was_cut_at_its_colons_shows_no_password(value: str, shown: str) -> None:
    found = pieces(value)
    assert ":".join(found.get(piece, piece) for piece in value.split(":")) == shown


# --- secrets by what stands around them ---


@pytest.mark.parametrize(
    "text, clean",
    [
        ('{"user": "u", "password": "x y"}', '{"user": "u", "password": "<redacted>"}'),
        (r"{\"db_password\": \"x\"}", r"{\"db_password\": \"<redacted>\"}"),
        ("{'api_key': 'x'}", "{'api_key': '<redacted>'}"),
        ("api_key: abcdef", "api_key: <redacted>"),
        ("AccountName=x;AccountKey=abc==;E=y", "AccountName=x;AccountKey=<redacted>;E=y"),
        ("SharedAccessKey=abc", "SharedAccessKey=<redacted>"),
        ("PGPASSWORD=abc psql", "PGPASSWORD=<redacted> psql"),
        ("MYSQL_PWD=abc mysql", "MYSQL_PWD=<redacted> mysql"),
        ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/<redacted>"),
        ("https://discord.com/api/webhooks/12/abc", "https://discord.com/api/webhooks/<redacted>"),
        ("curl -u ada:pw https://h/x", "curl -u ada:<redacted> https://h/x"),
        ("curl --user 'ada:p/w' h", "curl --user 'ada:<redacted>' h"),
        ("docker login -u ada -p pw ghcr.io", "docker login -u ada -p <redacted> ghcr.io"),
        ("X-Api-Key: abc", "X-Api-Key: <redacted>"),
        ("PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: <redacted>"),
        ("Cookie: a=b; session=c", "Cookie: <redacted>"),
        ("AIzaSyD-" + "a1" * 16, "<redacted>"),
        ("npm_" + "a1" * 18, "<redacted>"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----",
         "-----BEGIN RSA PRIVATE KEY-----<redacted>-----END RSA PRIVATE KEY-----"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----<redacted>"),
    ],
)  # fmt: skip
def test_a_secret_leaves_by_what_stands_around_it(text: str, clean: str) -> None:
    assert credentials(text) == clean
    assert credentials(clean) == clean
    json.loads(credentials(json.dumps({"x": text, "y": [text]})))


@pytest.mark.parametrize(
    "text",
    [
        "SyntaxError: invalid token: foobar",
        "unexpected token: INDENT",
        "docker run -u 1000:1000 image",
        r"python -u C:\work\job.py",
        "python -u /work:/x",
        "pip install --user numpy",
        "KeyError: 'token'",
        "{'key': 'numpy'}",
        "no X-forwarded: x",
        "a login with -p /prefix is of no use",
        "monkey=banana",
        "PWD=/work",
        "task-key: numpy",
        "risk_test_values and task-runner",
        "-----BEGIN CERTIFICATE-----\nMIIE",
    ],
)
def test_what_stands_around_no_secret_changes_nothing(text: str) -> None:
    assert credentials(text) == text


def test_secrets_of_the_environment_leave_wherever_they_turn_up() -> None:
    environ = {
        "PYTHONPATH": "/x:https://u:swordfish@h/y:https://token@i",
        "GIT_REMOTE": "ssh://git@github.com/o/r",
        "MY_TOKEN": "abc123def",
        "API_KEY": "python",
        "CACHE_KEY": "/work/a1b2c3d4",
        "AUTHOR_KEY": "ada of the lovelaces 1815",
    }
    hide(environ)
    try:
        assert credentials("swordfish@h/y") == "<redacted>/y"
        assert credentials("//token@i") == "//<redacted>"
        assert credentials("https://u:swordfish@h/y") == "https://<redacted>@h/y"
        assert credentials("abc123def") == "<redacted>"
        for text in ("git@github.com", "python", "/work/a1b2c3d4", "ada of the lovelaces 1815", "swordfish", "token"):
            assert credentials(text) == text
    finally:
        hide({})
    assert credentials("abc123def") == "abc123def"


def test_the_name_of_a_setting_that_is_taken_out_is_no_secret() -> None:
    line = "conda config --file /c --remove-key subdir"
    assert credentials(line) == line
    assert shareable({"argv": line.split()}) == {"argv": line.split()}


@pytest.mark.parametrize(
    "text",
    [
        "glib-networking", "glibc-file-on-musl", "tiktoken=0.7.0", 'name = "tiktoken"', "cp -p a/b c", "set -e -u",
        "PWD=/work/x", "pwd=$HOME", "XLA_FLAGS=--xla_x", "poetry config virtualenvs.in-project true", "pulp-cli",
        "dapivot 1.0 is a package of nobody's", "author=me", '"author": "ada lovelace"', "hvsr. is no word",
    ],
)  # fmt: skip
def test_a_name_or_a_path_is_no_secret(text: str) -> None:
    assert credentials(text) == text
