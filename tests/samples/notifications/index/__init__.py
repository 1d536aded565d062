import os

import azure.functions as func


def main(req: func.HttpRequest) -> func.HttpResponse:
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, os.pardir, "index.html"), encoding="utf-8") as page:
        return func.HttpResponse(page.read(), mimetype="text/html")
