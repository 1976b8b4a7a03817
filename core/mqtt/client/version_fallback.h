// A server that does not speak MQTT 5.0 -> CONNECTs of 3.1.1, for a client that speaks both.
#pragma once

#include <cstdint>

#include "mqtt/packet/packet.h"

namespace mqtt {

// A server refuses the version by a CONNACK: by reason code 0x84, or in the form of 3.1.1, which says enough. Then the
// client speaks 3.1.1 from there on. Or it closes without an answer, which it may do for other reasons, too: then 3.1.1
// is tried once, and kept if it is answered.
class VersionFallback {
 public:
  explicit VersionFallback(bool is_wanted) : is_wanted_(is_wanted) {}

  // What the next attempt sends: `wanted`, or the same in 3.1.1 without what only 5.0 has. Views are those of `wanted`.
  Connect adapt(const Connect& wanted);

  // --- what became of it; true: the next attempt is to be made at once, and it speaks 3.1.1
  bool refused();
  bool closed_without_answer();
  // A CONNACK of its version came, whatever it says.
  void answered();
  // There was none, and the server has not closed.
  void failed();

 private:
  enum class Knowledge : std::uint8_t { None, Speaks5_0, MaybeOnly3_1_1, Only3_1_1 };

  bool is_wanted_;
  bool asked_for_5_0_ = false;  // by the present attempt
  Knowledge knowledge_ = Knowledge::None;
};

}  // namespace mqtt
