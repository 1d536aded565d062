// The Express peer: the official SDK makes the address at which a client connects.
import { WebPubSubServiceClient } from "@azure/web-pubsub";
import express from "express";

const [port, connectionString] = process.argv.slice(2);
const service = new WebPubSubServiceClient(connectionString, "benchmark", { allowInsecureConnection: true });

express()
  .get("/api/negotiate", async (request, response) => {
    const { url } = await service.getClientAccessToken({ userId: request.query.user });
    response.json({ url });
  })
  .listen(Number(port), "127.0.0.1");
