"""A patient with a hundred secrets, each where somebody has once left one; nothing of them may come out.

A secret is of one of four shapes: letters and digits mixed (as tokens are), words with hyphens, letters only, digits
only. Those that nothing but their shape gives away (a folder of a URL) are mixed.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.patients import Patient, add_distribution, clean_environ, write

NAME = "adalovelace"
OTHER = "grace.hopper"
HUB = "alan.turing.hub"
HOST = "secrethost77.corp.internal"


@dataclass
class Planted:
    """What was planted: each secret and where; the environment to start envdoctor in; lines for `envdoctor why`."""

    home: Path
    project: Path
    environ: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def new(self, where: str, shape: str = "mixed") -> str:
        """Another secret, which lies ``where``."""
        number = len(self.where)
        letters = chr(97 + number // 26) + chr(97 + number % 26)
        secret = {
            "mixed": f"s3cr3tZ{number:03d}",
            "words": f"Correct-Horse-{letters}-Battery",
            "letters": f"swordfish{letters}x",
            "digits": f"8675309{number:03d}",
        }[shape]
        self.where[secret] = where
        return secret

    def seen_in(self, text: str) -> list[str]:
        """Where those secrets lie that ``text`` gives away."""
        return [where for secret, where in self.where.items() if secret in text]


def plant(patient: Patient, folder: Path) -> Planted:
    """Put a hundred secrets into ``patient``, into a home and a project below ``folder``, and into the environment."""
    home, project = folder / "home" / NAME, folder / "project"
    home.mkdir(parents=True)
    project.mkdir()
    made = Planted(home, project)
    for sow in (_conda, _settings, _environment, _distributions, _kernels, _start, _project, _lists, _text):
        sow(made, patient)
    return made


def _conda(made: Planted, patient: Patient) -> None:
    new, records = made.new, patient.prefix / "conda-meta"
    history = [
        "==> 2026-01-01 00:00:00 <==",
        f"# cmd: /opt/conda/bin/conda create -c https://u:{new('history: password')}@repo.corp/x"
        f" -c https://conda.anaconda.org/t/{new('history: token in a URL')}/priv --token {new('history: --token')} numpy",
        "# conda version: 24.1.0",
        f"+https://u:{new('history: URL of a package', 'words')}@repo.corp/x/linux-64::zlib-1-0",
        f"# update specs: ['numpy','https://u:{new('history: URL of a spec', 'letters')}@repo.corp/x::pkg']",
    ]
    write(records / "history", "\n".join(history) + "\n")
    record = {
        "name": "zlib", "version": "1", "build": "0", "build_number": 0, "fn": "zlib-1-0.conda", "files": [],
        "channel": f"https://u:{new('record: channel')}@repo.corp/x/linux-64",
        "url": f"https://conda.anaconda.org/t/{new('record: token')}/priv/linux-64/zlib-1-0.conda",
        "depends": ["numpy >=9"],
        "requested_spec": f"https://u:{new('record: requested spec', 'letters')}@repo.corp/x::zlib",
        "link": {"source": f"/home/{NAME}/pkgs/zlib"},
    }  # fmt: skip
    write(records / "zlib-1-0.json", json.dumps(record))
    write(
        made.home / ".condarc",
        f"channels:\n  - https://u:{new('condarc: channel')}@repo.corp/x\n"
        f"  - https://conda.anaconda.org/t/{new('condarc: token')}/priv\n"
        f"  - t/{new('condarc: token without a scheme', 'letters')}/priv\n"
        f"  - https://repo.corp/get/{new('condarc: token as a folder')}/conda\n"
        f"channel_alias: https://u:{new('condarc: alias', 'digits')}@repo.corp\n"
        f"custom_channels:\n  mine: https://u:{new('condarc: custom channel')}@repo.corp\n"
        f"proxy_servers:\n  http: http://u:{new('condarc: proxy')}@proxy:8080\n"
        f"env_vars:\n  X: {new('condarc: unknown key')}\nclient_ssl_cert_key: /x/{new('condarc: client key')}\n"
        f"aggressive_update_packages: ['{new('condarc: value of a list')}']\n",
    )
    write(made.home / ".conda" / "environments.txt", f"/home/{NAME}/envs/{new('environments.txt')}\n")
    write(
        patient.prefix / ".condarc", f"default_channels: [https://{new('condarc of the prefix: user')}@repo.corp/x]\n"
    )


def _settings(made: Planted, patient: Patient) -> None:
    new, home = made.new, made.home
    write(home / ".config/pip/pip.conf", f"[global]\nindex-url = https://u:{new('pip.conf')}@repo.corp/simple\n")
    write(patient.prefix / "pip.conf", f"[global]\nextra-index-url = https://u:{new('pip.conf, prefix')}@repo.corp/s\n")
    write(home / ".netrc", f"machine repo.corp login u password {new('netrc')}\n")
    write(home / ".pypirc", f"[pypi]\npassword={new('pypirc')}\n")
    write(home / ".config/uv/uv.toml", f"[[index]]\nurl='https://u:{new('uv.toml')}@repo.corp/simple'\n")
    write(
        home / ".config/uv/credentials.toml",
        f"[[credential]]\nservice = 'https://repo.corp'\nusername = 'u'\npassword = '{new('uv: credentials')}'\n",
    )
    write(home / ".docker/config.json", f'{{"auths": {{"h": {{"auth": "{new("docker config")}"}}}}}}')
    write(home / ".cache/huggingface/token", f"hf_{new('hugging face')}{'x' * 24}")
    write(home / ".kaggle/kaggle.json", f'{{"username": "u", "key": "{new("kaggle")}"}}')
    write(home / ".config/gh/hosts.yml", f"github.com:\n    oauth_token: gho_{new('gh')}{'x' * 24}\n")
    write(home / ".config/dask/d.yaml", f"gateway:\n  auth:\n    kwargs:\n      password: {new('dask', 'letters')}\n")
    write(home / ".jupyter/jupyter_server_config.json", f'{{"ServerApp": {{"token": "{new("jupyter: token")}"}}}}')
    write(
        home / ".config/pypoetry/auth.toml",
        f"[http-basic.c]\nusername='u'\npassword='{new('poetry: auth', 'words')}'\n",
    )
    write(home / ".git-credentials", f"https://ada:{new('git-credentials')}@github.com\n")
    write(home / ".aws/credentials", f"[default]\naws_secret_access_key = {new('aws credentials')}\n")


def _environment(made: Planted, patient: Patient) -> None:
    new = made.new
    query = f"?jwt={new('?jwt=')}&pat={new('?pat=')}&code={new('?code=', 'letters')}&session={new('?session=')}"
    made.environ = clean_environ(HOME=str(made.home), USER=NAME, LOGNAME=NAME) | {
        "PIP_INDEX_URL": f"https://u:{new('PIP_INDEX_URL')}@repo.corp/simple",
        "PIP_EXTRA_INDEX_URL": f"https://dl.cloudsmith.io/{new('PIP_EXTRA_INDEX_URL', 'letters')}/o/r/python/simple/",
        "UV_INDEX": f"n=https://{new('UV_INDEX: user')}@repo.corp",
        "UV_INDEX_URL": f"https://repo.corp/simple{query}",
        "CONDA_TOKEN": new("CONDA_TOKEN"),
        "CONDA_PASSPHRASE": new("CONDA_PASSPHRASE"),
        "DASK_GATEWAY__PAT": new("DASK_GATEWAY__PAT"),
        "PYTHON_GITLAB_PAT": new("PYTHON_GITLAB_PAT"),
        "PYTHON_DSN": f"postgres://u:{new('PYTHON_DSN')}@db/x",
        "DASK_PWD": new("DASK_PWD"),
        "CONDA_CREDS": new("CONDA_CREDS"),
        "OMP_X": f"glpat-{new('OMP_X')}",
        "CONDA_CHANNELS": f"https://u:{new('CONDA_CHANNELS')}@repo.corp/x,t/{new('CONDA_CHANNELS: bare token')}/y",
        "SPYDER_ARGS": new("SPYDER_ARGS"),
        "AWS_SECRET_ACCESS_KEY": new("AWS_SECRET_ACCESS_KEY"),
        "GITHUB_TOKEN": new("GITHUB_TOKEN"),
        "PYTHONPATH": f"/srv/x:https://u:{new('PYTHONPATH')}@x:https://u:{new('PYTHONPATH, letters', 'letters')}@y/z",
        "LD_LIBRARY_PATH": f"https://u:{new('LD_LIBRARY_PATH', 'words')}@libs.corp/lib",
        "JUPYTER_PATH": f"https://u:{new('JUPYTER_PATH', 'digits')}@hub.corp/share",
        "OPENBLAS_CORETYPE": f"--password={new('OPENBLAS_CORETYPE', 'words')}",
        "JUPYTERHUB_USER": HUB,
        "MODULEPATH": f"/home/{OTHER}/modules",
        "HOSTNAME": HOST,
    }


def _distributions(made: Planted, patient: Patient) -> None:
    new, site = made.new, patient.site
    requires = [f"priv @ git+https://x:{new('Requires-Dist')}@github.com/o/r.git@main", "nothere"]
    folder = add_distribution(site, "vic", requires=requires)
    more = f"Author-email: {new('Author-email')}@corp.com\nHome-page: https://u:{new('Home-page')}@x\n\n"
    write(folder / "METADATA", (folder / "METADATA").read_text(encoding="utf-8").replace("\n\n", f"\n{more}", 1))
    git = {"vcs_info": {"vcs": "git", "commit_id": "abc"}}
    signed = f"?X-Amz-Signature={new('direct_url: signature')}&Expires=1&AWSAccessKeyId={new('direct_url: key id')}"
    for name, direct in {
        "vic": {"url": f"https://u:{new('direct_url: password', 'letters')}@github.com/o/r.git", **git},
        "vac": {"url": f"https://repo.corp/x.whl{signed}"},
        "voc": {"url": f"ssh://git:{new('direct_url: ssh', 'words')}@host/x", **git},
        "vuc": {"url": f"file:///srv/ghp_{new('direct_url: form in a path')}/vuc", "dir_info": {"editable": True}},
    }.items():
        folder = add_distribution(site, name, requires=requires if name == "vic" else ())
        write(folder / "direct_url.json", json.dumps(direct))
        record = (folder / "RECORD").read_text(encoding="utf-8")
        write(folder / "RECORD", f"{record}{name}/__init__.py,,\n{folder.name}/direct_url.json,,\n")
    write(site / "away.egg-link", f"/srv/glpat-{new('egg-link')}/away\n.\n")


def _kernels(made: Planted, patient: Patient) -> None:
    new = made.new
    for name, argv, env in (
        (
            "equals",
            ["/no/python", "-m", "ipykernel", f"--token={new('kernel: --token=')}"],
            {"API_KEY": new("kernel: env")},
        ),
        ("words", ["/no/python", "--password", new("kernel: --password, next word", "letters")], {}),
        ("shell", ["bash", "-c", f"export API_TOKEN={new('kernel: export', 'words')}; exec /no/python"], {}),
        (
            "user",
            ["/no/python", "-u", "--auth", f"ada:{new('kernel: --auth')}"],
            {"PGPASSWORD": new("kernel: PGPASSWORD")},
        ),
    ):
        kernel = {"argv": argv, "display_name": name, "language": "python", "env": {**env, "PATH": "/x"}}
        write(patient.prefix / "share/jupyter/kernels" / name / "kernel.json", json.dumps(kernel))


def _start(made: Planted, patient: Patient) -> None:
    new = made.new
    said = [
        f"connect https://u:{new('stderr: URL')}@h failed, password={new('stderr: password=', 'letters')} for {NAME}",
        json.dumps({"user": "u", "password": new("stderr: JSON", "words")}),
        repr({"api_key": new("stderr: Python's dict")}),
        f"api_key: {new('stderr: YAML', 'words')}",
        f"DefaultEndpointsProtocol=https;AccountKey={new('stderr: connection string', 'words')};EndpointSuffix=x",
        f"https://hooks.slack.com/services/T0001/B0002/{new('stderr: webhook', 'letters')}",
        f"-----BEGIN PRIVATE KEY-----\nMIIE{new('stderr: private key', 'letters')}\n-----END PRIVATE KEY-----",
    ]
    write(patient.site / "sitecustomize.py", f"raise RuntimeError({chr(10).join(said)!r})\n")
    line = f"/home/{NAME}/proj\nimport os; os.environ['T']='{new('.pth')}'; raise ValueError\n"
    write(patient.site / "x.pth", line)


def _project(made: Planted, patient: Patient) -> None:
    new, folder = made.new, made.project
    write(
        folder / "pyproject.toml",
        f"[project]\nname='x'\ndependencies=['p @ https://u:{new('pyproject: dependency')}@h/p.whl']\n"
        f"[tool.uv.sources]\nx={{url='https://u:{new('uv: source')}@h'}}\n"
        f"[[tool.uv.index]]\nname='c'\nurl='https://u:{new('uv: index', 'letters')}@h/s'\n"
        f"[[tool.poetry.source]]\nname='c'\nurl='https://u:{new('poetry: source')}@h/s'\n",
    )
    write(
        folder / "uv.lock",
        f'version=1\n[[package]]\nname = "a"\nversion = "1"\nsource = {{ registry = "https://u:{new("uv.lock")}@h" }}\n',
    )
    write(folder / ".env", f"X={new('.env')}\n")
    write(
        folder / ".git/config", f'[remote "origin"]\n\turl = https://x:{new("git: remote", "letters")}@github.com/o/r\n'
    )
    write(
        folder / "Pipfile", f"[[source]]\nurl = 'https://u:{new('Pipfile')}@h/simple'\nverify_ssl = true\nname = 'c'\n"
    )
    write(
        folder / "pixi.toml",
        f"[workspace]\nchannels = ['https://conda.anaconda.org/t/{new('pixi.toml', 'letters')}/y']\nplatforms = ['linux-64']\n",
    )
    write(
        folder / "Dockerfile",
        f"FROM python:3.12\nENV API_TOKEN={new('Dockerfile: ENV', 'words')}\n"
        f"RUN pip install --index-url https://u:{new('Dockerfile: index', 'letters')}@h/simple nothere\n",
    )
    write(
        folder / "setup.py",
        f"from setuptools import setup\nsetup(install_requires=['q @ https://u:{new('setup.py')}@h/q'])\n",
    )


def _lists(made: Planted, patient: Patient) -> None:
    new, folder = made.new, made.project
    write(
        folder / "requirements.txt",
        f"--index-url https://u:{new('list: --index-url')}@repo.corp/simple\nnumpy\n"
        f"priv @ https://u:{new('list: direct reference')}@x/y.whl\n"
        f"git+https://{new('list: user of git')}@github.com/o/r#egg=r\n"
        f"bad bad https://u:{new('list: broken line', 'letters')}@h/x\n",
    )
    write(
        folder / "environment.yml",
        f"channels: [https://u:{new('environment.yml: channel')}@repo.corp/x,"
        f" https://conda.anaconda.org/t/{new('environment.yml: token', 'letters')}/y]\n"
        f"dependencies: [numpy, 'https://u:{new('environment.yml: spec', 'words')}@h/x::y',"
        f" pip: ['--extra-index-url https://u:{new('environment.yml: pip')}@h']]\n",
    )


def _text(made: Planted, patient: Patient) -> None:
    new = made.new
    made.lines = [
        f"Looking in indexes: https://pypi.org/simple, https://ada:{new('text: index', 'letters')}@repo.corp/simple",
        f"curl -u ada:{new('text: curl -u', 'words')} https://repo.corp/x",
        f"X-Api-Key: {new('text: header of a key', 'words')}",
        f"Cookie: session={new('text: cookie', 'letters')}",
        f"PGPASSWORD={new('text: PGPASSWORD', 'letters')} psql",
        f"google AIzaSyD-{new('text: Google')}{'x' * 20}",
        f"npm_{new('text: npm')}{'x' * 26}",
        f"Authorization: token {new('text: header with a word', 'words')}",
        f"mysql -u root -p{new('text: mysql -p', 'words')} db",
        f"sshpass -p {new('text: sshpass', 'words')} ssh host",
        f"twine upload -u __token__ -p {new('text: twine', 'words')} dist/x.whl",
        f"hatch publish -u __token__ -a {new('text: hatch', 'words')}",
        f"poetry config pypi-token.pypi {new('text: poetry, token', 'words')}",
        f"poetry config http-basic.corp ada {new('text: poetry, password', 'words')}",
        f"setenv GITHUB_TOKEN {new('text: setenv', 'words')}",
        f"set -gx HF_TOKEN {new('text: fish', 'words')}",
        f"setx NPM_TOKEN {new('text: setx', 'words')}",
        f'$env:GH_TOKEN = "{new("text: PowerShell", "words")}"',
        f"export KAGGLE_KEY={new('text: a variable that ends in KEY', 'words')}",
        f"machine repo.corp login ada password {new('text: netrc', 'letters')}",
        f"connect(user='u', password='{new('text: an argument in Python', 'words')}')",
        f"jupyter lab --IdentityProvider.token='{new('text: an option in quotation marks', 'words')}'",
        f"//registry.npmjs.org/:_authToken={new('text: .npmrc', 'words')}",
        f"Driver=x;Server=h;Uid=u;Pwd={new('text: ODBC', 'words')};",
        f"<password>{new('text: XML', 'words')}</password>",
        f'{{"auths": {{"h": {{"auth": "{new("text: docker config")}AbCd=="}}}}}}',
        f"SharedAccessSignature=sr=x&sig={new('text: signature of Azure', 'words')}&se=1",
        f"AIzaSyD{new('text: Google, in one word')}{'x' * 24}",
        f"ya29.{new('text: Google, access')}{'x' * 20}",
        f"hvs.{new('text: Vault')}{'x' * 20}",
        f"AKCp{new('text: Artifactory')}{'x' * 50}",
        f"bot 123456789:AA{new('text: Telegram')}{'x' * 30}",
        f"https://corp.webhook.office.com/webhookb2/{new('text: webhook of Teams', 'letters')}@x",
        f"ModuleNotFoundError: No module named 'https://u:{new('text: in the error', 'letters')}@h/x'",
    ]
