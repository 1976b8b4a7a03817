// An immutable run of bytes with any number of owners inside one machine: a payload on its way to many subscribers.
#pragma once

#include <cstdint>
#include <utility>

#include "mqtt/base/bytes.h"

namespace mqtt {

// A handle; copying it shares the bytes, the last one frees them. The count is not atomic: a machine and all that it
// hands out belong to one thread.
class SharedBytes {
 public:
  SharedBytes() = default;
  static SharedBytes copy_of(Bytes bytes);
  static SharedBytes adopt(ByteBuffer buffer);
  // Of the buffer only `part`, which lies inside it.
  static SharedBytes adopt(ByteBuffer buffer, Bytes part);

  SharedBytes(const SharedBytes& other) : block_(other.block_) {
    if (block_ != nullptr) ++block_->owners;
  }
  SharedBytes(SharedBytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBytes& operator=(SharedBytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBytes() {
    if (block_ != nullptr && --block_->owners == 0) delete block_;
  }

  explicit operator bool() const { return block_ != nullptr; }
  Bytes view() const { return block_ == nullptr ? Bytes{} : block_->part; }
  std::size_t size() const { return view().size(); }

 private:
  struct Block {
    ByteBuffer buffer;
    Bytes part;
    std::uint32_t owners = 1;
  };
  explicit SharedBytes(Block* block) : block_(block) {}

  Block* block_ = nullptr;
};

}  // namespace mqtt
