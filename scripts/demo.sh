# Shows a device's figures live in a browser: builds all, starts the server and the device, ends both on Ctrl-C. Sourced by ./run.

demo_processes=()

# demo [--port N] [--http-port N]
demo() {
  local port=1883 http_port=8083
  while [[ $# -gt 0 ]]; do
    case $1 in
      --port) port=${2:?'--port wants a number'} && shift 2 ;;
      --http-port) http_port=${2:?'--http-port wants a number'} && shift 2 ;;
      *) echo "run: demo takes --port N and --http-port N, not '$1'" >&2 && exit 2 ;;
    esac
  done
  require_free_port "$port" 'MQTT over TCP' --port
  require_free_port "$http_port" 'the page and MQTT over WebSocket' --http-port

  build
  trap end_demo EXIT
  trap 'exit 0' INT TERM HUP
  start_demo_process build/release/wasmqtt-server --port "$port" --http-port "$http_port" --serve build/dashboard
  wait_for_port "$port"
  wait_for_port "$http_port"
  start_demo_process node examples/machine-device/main.js --url "mqtt://127.0.0.1:$port"
  cat <<TEXT

  The page is at http://127.0.0.1:$http_port/
  Numbers published to any topic appear on it:  mosquitto_pub -p $port -t a/b -m 21.5
  Ctrl-C ends the demo.

TEXT
  wait -n "${demo_processes[@]}" || true
  echo "run: the server or the device has ended by itself; its last lines above say why" >&2
  exit 1
}

start_demo_process() {
  "$@" &
  demo_processes+=("$!")
}

end_demo() {
  trap '' INT TERM HUP
  [[ ${#demo_processes[@]} -eq 0 ]] || kill "${demo_processes[@]}" 2>/dev/null || true
  wait
}

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# require_free_port PORT PURPOSE FLAG
require_free_port() {
  port_is_open "$1" || return 0
  echo "run: port $1, for $2, is taken; choose another, for example: ./run demo $3 $(($1 + 1))" >&2
  exit 1
}

# Waits until the port accepts, for as long as all that was started is still running.
wait_for_port() {
  local process
  until port_is_open "$1"; do
    for process in "${demo_processes[@]}"; do
      kill -0 "$process" 2>/dev/null || exit 1
    done
    sleep 0.05
  done
}
