// The Express peer: the official middleware answers each message with itself.
import { WebPubSubEventHandler } from "@azure/web-pubsub-express";
import express from "express";

const handler = new WebPubSubEventHandler("benchmark", {
  path: "/eventhandler",
  handleUserEvent: (request, response) => response.success(request.data, "text"),
});

express().use(handler.getMiddleware()).listen(Number(process.argv[2]), "127.0.0.1");
