// What a host may set of a broker.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mqtt/base/time.h"
#include "mqtt/codec/frame_reader.h"

namespace mqtt {

struct BrokerOptions {
  // Larger packets are refused; announced to 5.0 clients. Octets.
  std::uint32_t maximum_packet_size = kMaximumPacketSize;
  // Unacknowledged QoS 1 and 2 PUBLISH packets that a client may have on the way to the broker. 1 to 65,535.
  std::uint16_t receive_maximum = 1024;
  // Topic aliases that a client may set. [MQTT5 3.2.2.3.8]
  std::uint16_t topic_alias_maximum = 32;
  // Unacknowledged QoS 1 and 2 PUBLISH packets on the way to a client; its Receive Maximum may lower it. 1 to 65,535.
  std::uint16_t maximum_in_flight = 1024;
  // Messages of QoS 1 and 2 that wait for a client, beyond those in flight; further ones are dropped and counted.
  std::size_t maximum_queued_messages = 100'000;
  // Octets that wait for a connection's socket; beyond it QoS 0 messages to it are dropped and counted.
  std::size_t maximum_output_octets = 16 * 1024 * 1024;
  // The time a connection has for its CONNECT.
  Duration connect_timeout = std::chrono::seconds(10);
  // Sessions expire at the latest after this many seconds without a connection; 0xFFFFFFFF is never.
  std::uint32_t maximum_session_expiry_interval = 0xFFFFFFFF;
  // Makes the client identifiers that the broker assigns unpredictable; hosts set it from their source of randomness.
  std::uint64_t random_seed = 0;
};

}  // namespace mqtt
