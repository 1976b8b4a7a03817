// SharedBytes made from a copy or from a buffer that it takes over.
#include "mqtt/base/shared_bytes.h"

namespace mqtt {

SharedBytes SharedBytes::copy_of(Bytes bytes) {
  ByteBuffer buffer;
  buffer.reserve(bytes.size());
  buffer.append(bytes);
  return adopt(std::move(buffer));
}

SharedBytes SharedBytes::adopt(ByteBuffer buffer) {
  const Bytes all = buffer.view();
  return adopt(std::move(buffer), all);
}

SharedBytes SharedBytes::adopt(ByteBuffer buffer, Bytes part) {
  return SharedBytes(new Block{std::move(buffer), part});
}

}  // namespace mqtt
