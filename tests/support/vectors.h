// The packets of tests/vectors, which the C++ and the JavaScript tests share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mqtt/base/reason_code.h"
#include "mqtt/packet/packet.h"

namespace mqtt::test {

struct Vector {
  std::string name;  // file and line in front
  ProtocolVersion version;
  std::vector<std::uint8_t> bytes;
  // Of the two, one is there: what the decoded packet encodes to, or the reason code of the refusal.
  std::vector<std::uint8_t> encoded;
  std::optional<ReasonCode> error;
};

// All files, in the order of their names. A line that cannot be read ends the program.
const std::vector<Vector>& all_vectors();

}  // namespace mqtt::test
