// The first bytes of what answers a CONNECT -> what is wrong with it, if it can't be an MQTT server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"

namespace mqtt {

// Looks at the bytes in front of the first packet in any slicing, and says in words what others say by closing: which
// kind of server is there, and how to reach the MQTT server beside it.
class FirstBytes {
 public:
  // The next bytes that came. An Error as soon as they can't begin a CONNACK, nor an AUTH.
  std::optional<Error> look_at(Bytes bytes);
  bool empty() const { return count_ == 0; }

 private:
  std::uint8_t bytes_[5] = {};
  std::size_t count_ = 0;
};

}  // namespace mqtt
