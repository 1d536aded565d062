// The Node peer: /echo answers a message to its sender, /publish sends it to every client of /receive.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const receivers = new Set();

sockets.on("connection", (socket, request) => {
  if (request.url === "/receive") {
    receivers.add(socket);
    socket.on("close", () => receivers.delete(socket));
  }
  socket.on("message", (data, binary) => {
    if (request.url === "/echo") socket.send(data, { binary });
    if (request.url === "/publish") receivers.forEach((receiver) => receiver.send(data, { binary }));
  });
});

server.listen(Number(process.argv[2]), "127.0.0.1");
