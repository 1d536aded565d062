"""Echoes, and tells everybody."""

import azure.functions as func

import webpubsub as wps


@wps.typed_bindings
def main(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions], context: func.Context
) -> wps.UserEventResponse:
    """The name of the function's folder comes back too."""
    actions.set([wps.SendToAllAction(request.text())])
    folder = context.function_directory.rpartition("/")[2]
    return wps.UserEventResponse(f"{folder}: {request.text()}")
