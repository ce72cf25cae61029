"""Where the contract is tried: on the emulator, or on a Twilio account."""

import json
import threading
import time
import uuid

from twilio.base.exceptions import TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import SyncGrant
from twilio.rest import Client

VARIABLES = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_SYNC_SERVICE_SID",
)
TOO_MANY_REQUESTS = 429


class Target:
    """One Sync service, reached by the official Python client.

    variables: the four TWILIO_ variables; address: of an emulator, None for the cloud.
    """

    def __init__(self, variables, address=None):
        self.account, self.key, self.secret, self.service_sid = (variables[n] for n in VARIABLES)
        self.address = address
        self.client = Client(self.key, self.secret, self.account)
        if address:
            self.client.sync.base_url = address
        self.service = self.client.sync.v1.services(self.service_sid)
        self._made = []

    def new_list(self):
        """Make a List that is removed at the end."""
        return self._make(self.service.sync_lists)

    def new_map(self):
        """Make a Map that is removed at the end."""
        return self._make(self.service.sync_maps)

    def _make(self, collection):
        made = collection.create(unique_name=f"contract-{uuid.uuid4()}")
        self._made.append(made)
        return made

    def clean(self):
        """Remove what was made, as far as it is still there."""
        for made in self._made:
            try:
                made.delete()
            except TwilioRestException as error:
                if error.status != 404:
                    raise

    def fill(self, sync_list, count):
        """Add Items {"n": 0}, {"n": 1} and so on, no faster than the service takes them."""
        for n in range(count):
            self._patiently(lambda n=n: sync_list.sync_list_items.create(data=json.dumps({"n": n})))

    def _patiently(self, write):
        while True:
            try:
                return write()
            except TwilioRestException as error:
                if error.status != TOO_MANY_REQUESTS:
                    raise
                threading.Event().wait(1)

    def allow(self, identity, obj, *, read=False, write=False, manage=False):
        """Give an identity rights on a List or Map."""
        permissions = getattr(obj, "sync_list_permissions", None) or obj.sync_map_permissions
        permissions(identity).update(read=read, write=write, manage=manage)

    def token(self, identity="alice", ttl=3600, **options):
        """Sign an access token."""
        token = AccessToken(
            self.account,
            self.key,
            self.secret,
            identity=identity,
            ttl=ttl,
            nbf=int(time.time()) - 60,
            **options,
        )
        token.add_grant(SyncGrant(service_sid=self.service_sid))
        return token.to_jwt()

    @property
    def sdk_options(self):
        """Give the options of the JavaScript SDK's Client."""
        options = {
            "Sync": {"enableSessionStorage": False},
            "retryPolicy": {"min": 200, "max": 2000, "randomness": 0.2},
        }
        if self.address:
            uri = self.address.replace("http", "ws", 1) + "/v3/wsconnect"
            options["Twilsock"] = {"uri": uri}
        return options
