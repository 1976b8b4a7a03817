// What wasmqtt-server can be told.
#pragma once

#include <spdlog/common.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <asio/ip/address.hpp>

#include "mqtt/bridge/bridge_options.h"
#include "mqtt/broker/broker_options.h"

namespace wasmqtt {

inline constexpr std::uint16_t kDefaultMqttPort = 1883;
inline constexpr std::uint16_t kDefaultHttpPort = 8083;

// What of a journal survives.
enum class Durability : std::uint8_t {
  Disk,     // what is committed survives a loss of power
  Process,  // what is committed survives the end of the process, however it ends
};

// Which WebSocket clients get several packets in a frame. Those of the subprotocol mqttv3.1 never do.
enum class PackFrames : std::uint8_t {
  Never,
  Known,  // those known to take them: browsers, and wasmqtt's own client
  Always,
};

// A broker elsewhere.
struct Upstream {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = kDefaultMqttPort;
  std::string text() const;  // "mqtt://host:port"
};

// A bridge to it.
struct BridgeTarget {
  Upstream upstream;
  mqtt::BridgeOptions options;  // an empty client identifier is made of this machine's name and the HTTP port
};

struct ServerOptions {
  std::vector<asio::ip::address> bind{asio::ip::address_v4::loopback()};
  std::optional<std::uint16_t> mqtt_port = kDefaultMqttPort;  // nullopt: not opened; 0: a free one
  std::uint16_t http_port = kDefaultHttpPort;                 // 0: a free one
  std::filesystem::path serve;                                // empty: no files
  PackFrames pack_frames = PackFrames::Known;
  std::optional<Upstream> upstream;    // set: a relay, else a broker
  std::optional<BridgeTarget> bridge;  // of the broker
  spdlog::level::level_enum log_level = spdlog::level::info;
  std::filesystem::path data;  // where the broker keeps its journal; empty: in memory alone
  Durability durability = Durability::Disk;
  mqtt::BrokerOptions broker;
};

}  // namespace wasmqtt
