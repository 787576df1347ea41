// A front end made for Rasa, in few lines: node client.cjs MODULE URL '{"auth": …, "transports": …, "session_id": …, "say": […], "wait": N}'
// Prints one JSON line per event and ends after `wait` of them.
const [, , name, url, json] = process.argv;
const wish = JSON.parse(json);
const { io } = require(name);
const socket = io(url, { transports: wish.transports, auth: wish.auth, reconnection: false, extraHeaders: wish.headers });
let left = wish.wait;

function print(event, data) {
  console.log(JSON.stringify({ event, data }));
  if (event === "connect_error" || --left === 0) {
    socket.close();
    process.exit(0);
  }
}

let session;
socket.on("connect_error", (error) => print("connect_error", error.message));
socket.on("connect", () => {
  if (wish.session_id === null) wish.say.forEach((message) => socket.emit("user_uttered", { message }));
  else socket.emit("session_request", { session_id: wish.session_id });
});
socket.on("session_confirm", (id) => {
  session = id.session_id || id;
  print("session_confirm", id);
  wish.say.forEach((message) => socket.emit("user_uttered", { message, session_id: session, customData: { language: "ja" } }));
});
socket.on("bot_uttered", (data) => print("bot_uttered", data));
setTimeout(() => process.exit(1), 20000);
