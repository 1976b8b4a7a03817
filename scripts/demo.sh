# Shows a device's figures live in a browser: builds all, then starts the server and the device. Sourced by ./run.

# demo [--port N] [--http-port N]
demo() {
  local port=1883 http_port=8083
  while [[ $# -gt 0 ]]; do
    case $1 in
      --port) port=${2-} ;;
      --http-port) http_port=${2-} ;;
      *) echo "run: demo takes --port N and --http-port N, not '$1'" >&2 && exit 2 ;;
    esac
    require_port_number "$1" "${2-}"
    shift 2
  done
  require_free_port "$port" 'MQTT over TCP' --port
  require_free_port "$http_port" 'the page and MQTT over WebSocket' --http-port
  build
  exec node scripts/demo.mjs "$port" "$http_port"
}

# require_port_number FLAG VALUE
require_port_number() {
  [[ $2 =~ ^[1-9][0-9]{0,4}$ && $2 -le 65535 ]] && return
  echo "run: $1 takes a port from 1 to 65535, not '$2'; for example: ./run demo --port 1884 --http-port 8084" >&2
  exit 2
}

# require_free_port PORT PURPOSE FLAG: asked before the build, not to keep anyone waiting for the answer.
require_free_port() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
  echo "run: port $1, for $2, is taken; choose another, for example: ./run demo $3 $(($1 + 1))" >&2
  exit 1
}
