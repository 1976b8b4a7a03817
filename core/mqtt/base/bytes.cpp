// ByteBuffer's memory: doubled when it is full, moved never copied.
#include "mqtt/base/bytes.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace mqtt {

namespace {

constexpr std::size_t kSmallestCapacity = 128;

}  // namespace

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this != &other) {
    std::free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

ByteBuffer::~ByteBuffer() {
  std::free(data_);
}

void ByteBuffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  void* larger = std::realloc(data_, capacity);
  if (larger == nullptr) std::abort();
  data_ = static_cast<std::uint8_t*>(larger);
  capacity_ = capacity;
}

void ByteBuffer::grow(std::size_t count) {
  reserve(std::max({kSmallestCapacity, capacity_ * 2, size_ + count}));
}

void ByteBuffer::release() {
  std::free(data_);
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void ByteBuffer::erase_front(std::size_t count) {
  size_ -= count;
  if (size_ > 0) std::memmove(data_, data_ + count, size_);
}

}  // namespace mqtt
