"""Passwords beside profiles: what a profile refuses, what the credentials file says, and who gets what."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubetui.base.errors import ProfileError
from kubetui.base.files import credentials_file
from kubetui.base.redaction import STARS, Secret, redact
from kubetui.cli.asking import passwords
from kubetui.operations.boxes import store
from kubetui.profile import credentials
from kubetui.profile.credentials import Logins
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import pages
from kubetui.profile.questions.typed import parse_answer
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command

PASSWORD = "c4nary: p@ss"  # noqa: S105
PLACE = "http://me@proxy:3128"
PROFILE = Profile.model_validate({"mirrors": {"http_proxy": PLACE, "registries": {"ghcr.io": "https://you@Mirror/x"}}})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "kubetui").mkdir()
    return tmp_path / "kubetui"


def write(text: str | bytes, mode: int = 0o600) -> None:
    credentials_file().write_bytes(text.encode() if isinstance(text, str) else text)
    credentials_file().chmod(mode)


@pytest.mark.parametrize("field", ["apt_proxy", "http_proxy"])
@pytest.mark.parametrize("url", ["http://me:c4nary@proxy:3128/", "http://me:@proxy:3128/", "http://:c4nary@proxy:3128"])
def test_a_password_in_a_url_is_refused_with_the_line_for_the_credentials_file(field: str, url: str) -> None:
    with pytest.raises(ProfileError) as caught:
        profilefile.parse(f"mirrors:\n  {field}: {url}\n", "lab.yaml")
    assert f"lab.yaml:2:{len(field) + 5}: mirrors.{field}: This URL contains a password" in caught.value.message
    assert f'"http://{"me" if "me" in url else ""}@proxy:3128": "PASSWORD"' in caught.value.fix
    assert str(credentials_file()) in caught.value.fix
    assert "c4nary" not in str(caught.value)


def test_every_way_into_a_profile_refuses_a_password(home: Path) -> None:
    question = next(each for page in pages() for each in page.questions if each.path == ("mirrors", "http_proxy"))
    with pytest.raises(ValueError, match="a profile holds none"):
        parse_answer(question, "http://me:c4nary@proxy:3128")
    (home / "profiles").mkdir()
    (home / "profiles" / "lab.yaml").write_text("mirrors:\n  http_proxy: http://me:c4nary@proxy:3128\n")
    entry = next(each for each in library.listing() if each.name == "lab")
    assert entry.profile is None
    assert "a profile holds none" in str(entry.error)
    for mirrors in (
        {"registries": {"ghcr.io": "http://me:c4nary@m"}},
        {"packages": {"url": "http://me:c4nary@m/", "key": "http://m/"}},
        {"packages": {"url": "http://m/", "key": "http://me:c4nary@m/"}},
    ):
        with pytest.raises(ValueError, match="a profile holds none"):
            Profile.model_validate({"mirrors": mirrors})
    with pytest.raises(ValueError, match="without a user"):
        Profile.model_validate({"network": {"manifest": {"url": "https://me:c4nary@m/x", "sha256": "0" * 64}}})


@pytest.mark.parametrize(
    "patch",
    [
        {"kind": "InitConfiguration", "bootstrapTokens": [{"token": "abcdef.0123456789abcdef"}]},
        {"kind": "InitConfiguration", "certificateKey": "c4" * 32},
        {"kind": "JoinConfiguration", "discovery": {"tlsBootstrapToken": "abcdef.0123456789abcdef"}},
    ],
)
def test_a_join_token_or_certificate_key_in_a_profile_is_refused(patch: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is a secret, and a profile holds none"):
        Profile.model_validate({"kubernetes": {"patches": [patch]}})
    allowed = {"kind": "InitConfiguration", "bootstrapTokens": [{"ttl": "1h"}], "tokenTTL": "24h"}
    assert Profile.model_validate({"kubernetes": {"patches": [allowed]}})


def test_urls_without_a_password_are_accepted() -> None:
    for url in ("http://me@proxy:3128", "http://proxy:3128", "http://m/a@b", "http://m/a:b"):
        assert Profile.model_validate({"mirrors": {"http_proxy": url}}).mirrors.http_proxy == url


@pytest.mark.parametrize("place", [PLACE, "proxy:3128", "proxy", "PROXY"])
def test_the_file_gives_passwords_by_place(place: str) -> None:
    write(f'"{place}": "{PASSWORD}"\nmirror: "other"\n')
    logins = credentials.of_run(PROFILE)
    found = logins.find(PLACE)
    assert found is not None
    assert found.reveal() == PASSWORD
    other = logins.find("https://you@mirror/x")
    assert other is not None
    assert other.reveal() == "other"
    assert redact(f"it is {PASSWORD}") == f"it is {STARS}"


def test_the_most_exact_place_wins() -> None:
    write('proxy: "a"\n"proxy:3128": "b"\n"http://me@proxy:3128": "c"\n')
    logins = credentials.known()
    urls = ("http://me@proxy:3128/x", "http://you@proxy:3128", "https://me@proxy")
    assert [secret.reveal() for url in urls if (secret := logins.find(url))] == ["c", "b", "a"]
    assert logins.find("http://me@elsewhere") is None


def test_a_url_gets_its_password_as_a_secret() -> None:
    logins = Logins({"proxy:3128": Secret(PASSWORD)})
    made = logins.value(lambda whole: f"proxy = {whole(PLACE)}/")
    assert isinstance(made, Secret)
    assert made.reveal() == "proxy = http://me:c4nary%3A%20p%40ss@proxy:3128/"
    assert made.shown == f"proxy = http://me:{STARS}@proxy:3128/"
    assert "c4nary" not in Command("x\n", {"P": made}).assignments(reveal=False)
    assert redact(made.reveal()) == made.shown
    assert Logins().value(lambda whole: whole(PLACE)) == f"http://me:{STARS}@proxy:3128"
    assert logins.value(lambda whole: whole("http://proxy:3128")) == "http://proxy:3128"


def test_a_registrys_login_is_a_header_and_no_part_of_its_url() -> None:
    logins = Logins({"mirror": Secret(PASSWORD)})
    made = logins.registries({"ghcr.io": "https://you@mirror/x", "quay.io": "http://plain:5000"})
    assert isinstance(made, Secret)
    basic = base64.b64encode(f"you:{PASSWORD}".encode()).decode()
    assert made.reveal() == f"ghcr.io https://mirror/x {basic}\nquay.io http://plain:5000"
    assert made.shown == f"ghcr.io https://mirror/x {STARS}\nquay.io http://plain:5000"
    assert redact(f"Authorization: Basic {basic}") == f"Authorization: Basic {STARS}"


def test_an_unknown_password_comes_with_the_lines_to_write() -> None:
    write("mirror: x\n")
    with pytest.raises(ProfileError) as caught:
        credentials.of_run(PROFILE)
    assert caught.value.id == "PASSWORD-MISSING"
    assert f'\n    "{PLACE}": "PASSWORD"' in caught.value.fix
    assert "mirror" not in caught.value.message
    credentials.tell(PLACE, "")
    assert credentials.missing(PROFILE) == ()
    rehearsal = PROFILE.model_copy(update={"provider": "rehearsal"})
    credentials.forget_all()
    assert credentials.of_run(rehearsal).find(PLACE) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("proxy: *c4nary\n", ":1:8: This cannot be read."),
        ("proxy: &c4nary x\n", ":1:8: This cannot be read."),
        ("proxy: !c4nary x\n", "This cannot be read."),
        ("proxy: 'c4nary\n", "This cannot be read."),
        ("proxy: 0o17\nproxy: c4nary\n", ":2:1: This cannot be read."),
        ("proxy: 012345\n", "This cannot be read."),
        ("proxy: 12345\n", ":1:1: proxy: The password is not text."),
        ("proxy: {c4nary: x}\n", ":1:1: proxy: The password is not text."),
        ("'http://me:c4nary@proxy': x\n", ":1:1: This key is not a place"),
        ("'http://proxy': c4nary\nh/c4nary: x\n", "This key is not a place"),
        ("- c4nary\n", ":1:1: This is not a list of passwords."),
        ("c4nary\n", ":1:1: This is not a list of passwords."),
        (b"a: b\nproxy: c4nary\xff\n", ":2: This is not UTF-8."),
        ("#" * 70_000, "larger than 64 KiB"),
    ],
)
def test_errors_do_not_quote_the_credentials_file(text: str | bytes, words: str) -> None:
    write(text)
    with pytest.raises(ProfileError) as caught:
        credentials.known()
    assert caught.value.id == "CREDENTIALS"
    assert words in caught.value.message
    assert str(credentials_file()) in caught.value.message
    assert not any(word in str(caught.value) for word in ("c4nary", "012345", "12345"))


def test_a_file_that_others_may_read_is_refused() -> None:
    write("proxy: x\n", 0o640)
    with pytest.raises(ProfileError, match=r"Others may read it \(mode 640\)") as caught:
        credentials.known()
    assert caught.value.fix == f"chmod 600 {credentials_file()}"
    credentials_file().unlink()
    credentials_file().mkdir()
    with pytest.raises(ProfileError, match=r"cannot be read"):
        credentials.known()


def test_without_a_file_or_with_an_empty_one_there_are_no_passwords() -> None:
    assert credentials.known() == Logins()
    write("# nothing yet\n")
    assert credentials.known() == Logins()
    assert credentials.of_run(Profile()) == Logins()


def test_a_password_is_asked_once_and_kept_in_memory(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    asked: list[str] = []

    def prompt(text: str, *_: object, **how: object) -> str:
        asked.append(text)
        assert how["hide_input"]
        return PASSWORD

    monkeypatch.setattr("click.prompt", prompt)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for _ in range(2):
        passwords(PROFILE)
    assert asked == ["Password for https://you@mirror", f"Password for {PLACE}"]
    assert not list(home.iterdir())


def test_without_a_terminal_nobody_is_asked() -> None:
    with CliRunner().isolation(), pytest.raises(ProfileError, match="is unknown"):
        passwords(PROFILE)


def test_a_prepared_boxs_key_depends_on_no_password() -> None:
    before = store.recipe(PROFILE)
    write(f'proxy: "{PASSWORD}"\nmirror: "x"\n')
    assert store.recipe(PROFILE) == before
    assert PASSWORD not in str(before)
    assert Plan(PROFILE).logins == Logins()
