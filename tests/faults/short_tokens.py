"""The board's server with access tokens that live for so many seconds: TOKEN_SECONDS."""

import os

from kanban_server import access, serve

if __name__ == "__main__":
    access.TOKEN_SECONDS = int(os.environ.pop("TOKEN_SECONDS"))
    serve.main()
