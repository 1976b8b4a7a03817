// The forms of MQTT that a bridge may speak with the remote broker, and which of them it tries next.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mqtt/packet/packet.h"

namespace mqtt {

enum class BridgeDialect : std::uint8_t {
  V5_0,
  // With the sign (Connect::is_bridge) by which mosquitto and others know a bridge: they send it nothing of its own
  // back, and the retain flag as it was published. To a server that does not know it, it is another protocol level,
  // which it may refuse. [MQTT-3.1.2-2 of 3.1.1]
  V3_1_1AsBridge,
  V3_1_1,
};

// "MQTT 3.1.1", for a log.
std::string_view dialect_name(BridgeDialect dialect);

// The order is that of the enumeration. What was accepted is tried first from then on.
class DialectChoice {
 public:
  // All of them, or those of one version.
  explicit DialectChoice(std::optional<ProtocolVersion> version);

  BridgeDialect present() const { return dialects_[at_]; }
  void accepted();
  // The remote broker says that it does not take the present one. Whether there is another to be tried at once; if not,
  // the next attempt begins anew.
  bool refused();
  // It closed the connection instead of answering: that of a broker that never answered, or did so the last time too,
  // is a refusal. Else it may just have ended.
  bool closed_unanswered();
  // The attempt came to nothing for a reason that has nothing to do with the dialect.
  void failed();

 private:
  std::array<BridgeDialect, 3> dialects_{};
  std::size_t count_ = 0;
  std::size_t at_ = 0;
  std::optional<std::size_t> accepted_;  // the last one
  std::array<bool, 3> was_refused_{};    // since the last pause
  bool has_closed_ = false;              // the accepted one, the last time
};

}  // namespace mqtt
