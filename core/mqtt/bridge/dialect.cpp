// One refusal after the other -> the dialect that is left.
#include "mqtt/bridge/dialect.h"

#include <utility>

namespace mqtt {

std::string_view dialect_name(BridgeDialect dialect) {
  switch (dialect) {
    case BridgeDialect::V5_0:
      return "MQTT 5.0";
    case BridgeDialect::V3_1_1AsBridge:
      return "MQTT 3.1.1 with the sign of a bridge";
    default:
      return "MQTT 3.1.1";
  }
}

DialectChoice::DialectChoice(std::optional<ProtocolVersion> version) {
  if (version != ProtocolVersion::V3_1_1) dialects_[count_++] = BridgeDialect::V5_0;
  if (version == ProtocolVersion::V5_0) return;
  dialects_[count_++] = BridgeDialect::V3_1_1AsBridge;
  dialects_[count_++] = BridgeDialect::V3_1_1;
}

void DialectChoice::accepted() {
  accepted_ = at_;
  failed();
}

bool DialectChoice::refused() {
  was_refused_[at_] = true;
  has_closed_ = false;
  for (std::size_t next = 0; next < count_; ++next) {
    if (was_refused_[next]) continue;
    at_ = next;
    return true;
  }
  accepted_.reset();
  failed();
  return false;
}

bool DialectChoice::closed_unanswered() {
  if (accepted_ == at_ && !std::exchange(has_closed_, true)) return false;
  return refused();
}

void DialectChoice::failed() {
  was_refused_ = {};
  has_closed_ = false;
  at_ = accepted_.value_or(0);
}

}  // namespace mqtt
