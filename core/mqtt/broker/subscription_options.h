// Subscription options <-> the byte in which the subscription trie keeps them.
#pragma once

#include <cstdint>

#include "mqtt/packet/packet.h"

namespace mqtt {

// Laid out as on the wire [MQTT5 3.8.3.1]; Retain Handling speaks of the moment of subscribing alone and is not kept.
constexpr std::uint8_t pack(const SubscriptionOptions& options) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(options.maximum_qos) | (options.no_local ? 4U : 0U) |
                                   (options.retain_as_published ? 8U : 0U));
}
constexpr QoS packed_maximum_qos(std::uint8_t packed) {
  return static_cast<QoS>(packed & 3U);
}
constexpr bool packed_no_local(std::uint8_t packed) {
  return (packed & 4U) != 0;
}
constexpr bool packed_retain_as_published(std::uint8_t packed) {
  return (packed & 8U) != 0;
}

// Of a subscription in the journal: its session is still to be told of retained messages.
inline constexpr std::uint8_t kOwesRetained = 0x80;

}  // namespace mqtt
