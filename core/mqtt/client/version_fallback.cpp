// What is known of the server's versions, from attempt to attempt.
#include "mqtt/client/version_fallback.h"

namespace mqtt {

Connect VersionFallback::adapt(const Connect& wanted) {
  asked_for_5_0_ = is_wanted_ && wanted.version == ProtocolVersion::V5_0;
  const bool is_known = knowledge_ == Knowledge::Only3_1_1 || knowledge_ == Knowledge::MaybeOnly3_1_1;
  if (!asked_for_5_0_ || !is_known) return wanted;
  asked_for_5_0_ = false;
  Connect adapted = wanted;
  adapted.version = ProtocolVersion::V3_1_1;
  adapted.properties = {};
  if (adapted.will) adapted.will->properties = {};
  // A password alone is 5.0's. [MQTT-3.1.2-22] of 3.1.1
  if (adapted.password && !adapted.user_name) adapted.user_name = "";
  return adapted;
}

bool VersionFallback::refused() {
  if (!asked_for_5_0_) return false;
  knowledge_ = Knowledge::Only3_1_1;
  return true;
}

bool VersionFallback::closed_without_answer() {
  if (!asked_for_5_0_ || knowledge_ != Knowledge::None) {
    failed();
    return false;
  }
  knowledge_ = Knowledge::MaybeOnly3_1_1;
  return true;
}

void VersionFallback::answered() {
  if (asked_for_5_0_) knowledge_ = Knowledge::Speaks5_0;
  if (knowledge_ == Knowledge::MaybeOnly3_1_1) knowledge_ = Knowledge::Only3_1_1;
}

void VersionFallback::failed() {
  if (knowledge_ == Knowledge::MaybeOnly3_1_1) knowledge_ = Knowledge::None;
}

}  // namespace mqtt
