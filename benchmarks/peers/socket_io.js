// The Socket.IO peer: a message goes to the room that the query of its sender names; who is its
// member has joined it.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server, { serveClient: false });

io.on("connection", (socket) => {
  const { member, publisher } = socket.handshake.query;
  if (member) socket.join(member);
  socket.on("message", (data) => io.to(member ?? publisher).emit("message", data));
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
