"""The page."""

from pathlib import Path

import azure.functions as func

PAGE = Path(__file__).parent.parent / "index.html"


def main(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(PAGE.read_text(encoding="utf-8"), mimetype="text/html")
