// What a host may set of a broker: broker_options.inc, and what only a host's program knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mqtt/base/time.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

struct BrokerOptions {
#define MQTT_BROKER_OPTION(type, name, standard, unit, least, most, flag, reason, text) type name{standard};
#include "mqtt/broker/broker_options.inc"
#undef MQTT_BROKER_OPTION

  // What a client that asks for Response Information is told: the topics it may use for responses begin with it. Empty:
  // nothing. [MQTT5 3.2.2.3.15]
  std::string response_information{};
  // The host's clock: the Unix time, in milliseconds, at its Instant 0. What a journal keeps expires by it, over a
  // restart too.
  std::int64_t unix_time_at_zero = 0;
  // What $SYS/broker/version says.
  std::string version{"wasmqtt"};
  // Makes the client identifiers that the broker assigns unpredictable; hosts set it from their source of randomness.
  std::uint64_t random_seed = 0;
};

// What hosts begin with that people run: with statistics.
inline BrokerOptions host_broker_options() {
  return {.statistics_interval = std::chrono::seconds(10)};
}

}  // namespace mqtt
