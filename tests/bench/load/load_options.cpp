// The flags of mqtt_load.
#include "load_options.h"

#include <CLI/CLI.hpp>

namespace wasmqtt::load {

bool parse_options(int argc, char** argv, Options& options, int& exit_code) {
  CLI::App app{
      "Loads an MQTT broker on the loopback interface and prints one line of JSON: what arrived, how fast, how late, "
      "what was lost."};
  std::string transport = "tcp";
  app.add_option("--host", options.host, "IPv4 address of the broker")->capture_default_str();
  app.add_option("--port", options.port, "TCP port of the broker")->required();
  app.add_option("--transport", transport)->check(CLI::IsMember({"tcp", "ws"}))->capture_default_str();
  app.add_option("--protocol", options.version, "3 (3.1), 4 (3.1.1) or 5")
      ->check(CLI::Range(3, 5))
      ->capture_default_str();
  app.add_option("--qos", options.qos)->check(CLI::Range(0, 2))->capture_default_str();
  app.add_option("--publishers", options.publishers)->check(CLI::Range(1, 10'000))->capture_default_str();
  app.add_option("--subscribers", options.subscribers)->check(CLI::Range(1, 20'000))->capture_default_str();
  app.add_option("--stalled", options.stalled, "further subscribers, which read nothing; their queues are filled first")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  app.add_option("--publisher-port", options.publisher_port,
                 "TCP port that publishers connect to; 0 has them connect as subscribers do")
      ->capture_default_str();
  app.add_option("--payload", options.payload_bytes, "bytes, at least 16")
      ->check(CLI::Range(16, 1 << 20))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of measuring")->check(CLI::Range(0.1, 600.0))->capture_default_str();
  app.add_option("--warm-up", options.warm_up_seconds, "seconds before measuring")
      ->check(CLI::Range(0.0, 60.0))
      ->capture_default_str();
  app.add_option("--rate", options.messages_per_second,
                 "messages a second of all publishers; 0 is as fast as they are taken")
      ->capture_default_str();
  app.add_option("--in-flight", options.in_flight, "QoS 1 and 2: unacknowledged messages of a publisher")
      ->check(CLI::Range(1, 65'535))
      ->capture_default_str();
  app.add_option("--window", options.window_bytes, "QoS 0: bytes of deliveries that may be on the way")
      ->capture_default_str();
  app.add_option("--server-pid", options.server_pid, "process whose CPU time is reported")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error);
    return false;
  }
  options.websocket = transport == "ws";
  return true;
}

}  // namespace wasmqtt::load
