import json
import os

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="index", methods=["GET"])
def index(req: func.HttpRequest) -> func.HttpResponse:
    place = os.path.join(os.path.dirname(os.path.abspath(__file__)), "index.html")
    with open(place, encoding="utf-8") as page:
        return func.HttpResponse(page.read(), mimetype="text/html")


@app.route(route="negotiate", methods=["GET", "POST"])
@app.generic_input_binding(
    arg_name="connection",
    type="webPubSubConnection",
    hub="simplechat",
    userId="{headers.x-ms-client-principal-name}",
)
def negotiate(req: func.HttpRequest, connection: str) -> func.HttpResponse:
    return func.HttpResponse(connection, mimetype="application/json")


@app.generic_trigger(
    arg_name="request",
    type="webPubSubTrigger",
    hub="simplechat",
    eventType="system",
    eventName="connect",
)
def connect(request: str) -> dict[str, object]:
    user = json.loads(request)["connectionContext"]["userId"]
    if user == "nobody":
        return {"code": "unauthorized", "errorMessage": "not you"}
    return {"userId": user}


@app.generic_trigger(
    arg_name="request",
    type="webPubSubTrigger",
    hub="simplechat",
    eventType="user",
    eventName="message",
)
@app.generic_output_binding(arg_name="actions", type="webPubSub", hub="simplechat")
def message(request: str, actions: func.Out[str]) -> dict[str, object]:
    event = json.loads(request)
    said = {"from": event["connectionContext"]["userId"], "content": event["data"]}
    actions.set(
        json.dumps({"actionName": "sendToAll", "data": json.dumps(said), "dataType": "json"})
    )
    return {"data": json.dumps({"from": "system", "content": "sent"}), "dataType": "json"}
