"""The address at which a page can connect, as the host made it."""

import azure.functions as func


def main(req: func.HttpRequest, connection: str) -> func.HttpResponse:
    return func.HttpResponse(connection, mimetype="application/json")
