// The command line of mqtt_load -> what to do.
#pragma once

#include <cstdint>
#include <string>

namespace wasmqtt::load {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  bool websocket = false;
  std::uint8_t version = 4;  // 3, 4 or 5
  std::uint8_t qos = 0;
  std::uint32_t publishers = 1;
  std::uint32_t subscribers = 1;  // each gets what every publisher sends
  std::uint32_t stalled = 0;  // further subscribers, which read nothing and whose queues are filled first; not counted
  std::uint16_t publisher_port = 0;  // publishers connect here, over TCP; 0: as subscribers do
  std::uint32_t payload_bytes = 32;  // at least 16: sequence number and time of sending are inside
  double seconds = 3;                // of measuring, behind the warm-up
  double warm_up_seconds = 0.5;
  std::uint64_t messages_per_second = 0;         // of all publishers together; 0: as fast as they are taken
  std::uint32_t in_flight = 100;                 // QoS 1 and 2: unacknowledged messages of a publisher
  std::uint64_t window_bytes = 4 * 1024 * 1024;  // QoS 0: bytes of deliveries that may be on the way
  int server_pid = 0;                            // its CPU time goes into the report
};

// Answers false when the program is to end with `exit_code`: help was asked for, or the line is wrong and it has been
// said why.
bool parse_options(int argc, char** argv, Options& options, int& exit_code);

}  // namespace wasmqtt::load
