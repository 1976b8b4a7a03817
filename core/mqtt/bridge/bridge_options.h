// What a host may set of a bridge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/time.h"
#include "mqtt/client/client_options.h"
#include "mqtt/codec/frame_reader.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

enum class BridgeDirection : std::uint8_t {
  In,   // from the remote broker to the local one
  Out,  // from the local broker to the remote one
  Both,
};

// Which messages cross, and under which names: the remote broker's `remote_prefix` + name is the local broker's
// `local_prefix` + name, for every name that `topic_filter` matches behind the prefix.
struct BridgeRule {
  std::string topic_filter = "#";
  BridgeDirection direction = BridgeDirection::Both;
  QoS maximum_qos = QoS::ExactlyOnce;  // messages of a higher one cross with this
  std::string local_prefix{};
  std::string remote_prefix{};
};

struct BridgeOptions {
  // Of several that a message matches, the first counts.
  std::vector<BridgeRule> rules{BridgeRule{}};

  // --- the remote broker. 5.0, or 3.1.1, first with the sign by which bridges say what they are (Connect::is_bridge)
  // and then without; left out: whichever of the three it takes, tried in this order. Not 3.1.
  std::optional<ProtocolVersion> version{};
  // The same in each process that goes on with the session; never that of two bridges at a time.
  std::string client_identifier = "wasmqtt-bridge";
  std::optional<std::string> user_name{};
  std::optional<std::string> password{};
  std::uint16_t keep_alive = 60;  // seconds
  // Seconds that the brokers keep what they have for the bridge while it is not connected. A remote one of 3.1.1 knows
  // no limit.
  std::uint32_t session_expiry_interval = 24 * 60 * 60;
  std::uint32_t maximum_packet_size = kMaximumPacketSize;
  ReconnectPolicy reconnect{};
  // From the beginning of the dialling to the CONNACK.
  Duration connect_timeout = std::chrono::seconds(30);

  // --- the local broker. A connection that was opened as Origin::Host may have this name, no other.
  std::string local_client_identifier = "$bridge";

  // Spreads the pauses between attempts; hosts set it from their source of randomness.
  std::uint64_t random_seed = 0;
};

}  // namespace mqtt
