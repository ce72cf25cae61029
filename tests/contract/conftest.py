"""The contract tests' service: the emulator, or with --cloud a Twilio account.

With --cloud the four TWILIO_ variables are taken from the environment or from .env. Every
test makes a List or Map of its own and removes it; the service's ACL is turned on, as the
board does. Tests that need to stop the server are left out then, and pytest counts them as
deselected.
"""

import os

import pytest
from dotenv import dotenv_values
from sdks import NodeSdk, PageSdk, opened, serve_files
from serving import Serving
from target import VARIABLES, Target

_variables = {}


def pytest_addoption(parser):
    parser.addoption("--cloud", action="store_true", help="use the Twilio account in .env")


def pytest_configure(config):
    """Read the account before the environment is cleaned."""
    if not config.getoption("--cloud"):
        return
    known = {**dotenv_values(config.rootpath / ".env"), **os.environ}
    missing = [name for name in VARIABLES if not known.get(name)]
    if missing:
        pytest.exit(f"--cloud needs {', '.join(missing)}, in the environment or in .env", 2)
    _variables.update({name: known[name] for name in VARIABLES})


def pytest_collection_modifyitems(config, items):
    """Leave out what only a server of our own can show."""
    if config.getoption("--cloud"):
        local = [item for item in items if "serving" in item.fixturenames]
        config.hook.pytest_deselected(items=local)
        items[:] = [item for item in items if item not in local]


@pytest.fixture(scope="module")
def _serving(tmp_path_factory):
    serving = Serving(tmp_path_factory.mktemp("sync"))
    yield serving
    serving.stop()


@pytest.fixture
def serving(_serving):
    """The emulator that is tested, to be stopped and started."""
    return _serving


@pytest.fixture(scope="module")
def _target(request):
    if _variables:
        target = Target(_variables)
    else:
        served = request.getfixturevalue("_serving")
        e = served.emulator
        values = (e.account_sid, e.api_key, e.api_secret, e.service_sid)
        target = Target(dict(zip(VARIABLES, values, strict=True)), served.address)
    target.service.update(acl_enabled=True)
    return target


@pytest.fixture
def target(_target):
    """The service under test; what a test makes in it is removed."""
    yield _target
    _target.clean()


@pytest.fixture
def tasks(target):
    """A List that alice may read, write and remove."""
    made = target.new_list()
    target.allow("alice", made, read=True, write=True, manage=True)
    return made


@pytest.fixture(scope="session")
def site():
    """The address of the files that pages need."""
    with serve_files() as address:
        yield address


@pytest.fixture(
    params=[
        pytest.param("node", marks=pytest.mark.node),
        pytest.param("chromium", marks=pytest.mark.browser),
    ]
)
def start_sdk(request):
    """Start an SDK that is not connected, in Node or in a page; both keep every promise."""
    if request.param == "node":
        return NodeSdk
    browser, site = (request.getfixturevalue(name) for name in ("browser", "site"))
    return lambda: PageSdk(browser, site)


@pytest.fixture
def make_sdk(target, start_sdk):
    """Give SDK clients that are connected as an identity."""
    made = []

    def make(identity="alice", **token):
        sdk = start_sdk()
        made.append(sdk)
        sdk.log()  # its answer says that it is up: a short token does not wait for that
        sdk.connect(target.token(identity, **token), target.sdk_options)
        return sdk

    yield make
    for sdk in made:
        sdk.end()


@pytest.fixture
def sdk(make_sdk, tasks):
    """Alice's client, with the List open and subscribed."""
    return opened(make_sdk(), tasks)
