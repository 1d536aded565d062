import azure.functions as func


def main(req: func.HttpRequest, connection) -> func.HttpResponse:  # type: ignore[no-untyped-def]
    return func.HttpResponse(connection)
