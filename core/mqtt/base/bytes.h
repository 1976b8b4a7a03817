// Bytes read from a bounded view and appended to a growing buffer, in the byte order of MQTT (big-endian).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace mqtt {

using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whether `part` is a view into `whole`; into nothing, none is. As numbers, because pointers into different objects
// have no order.
inline bool lies_inside(Bytes part, Bytes whole) {
  const auto at = reinterpret_cast<std::uintptr_t>(part.data());
  const auto begin = reinterpret_cast<std::uintptr_t>(whole.data());
  return !whole.empty() && at >= begin && at - begin + part.size() <= whole.size();
}

// Reads from the front of a view that must outlive it and everything it hands out. Each read answers nullopt, and
// consumes nothing, when the view ends before the value does; so a length from the wire never becomes a span unchecked.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  std::size_t remaining() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  std::optional<std::uint8_t> u8() {
    if (bytes_.empty()) return std::nullopt;
    const std::uint8_t value = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return value;
  }
  std::optional<std::uint16_t> u16() {
    if (bytes_.size() < 2) return std::nullopt;
    const auto value = static_cast<std::uint16_t>((bytes_[0] << 8) | bytes_[1]);
    bytes_ = bytes_.subspan(2);
    return value;
  }
  std::optional<std::uint32_t> u32() {
    if (bytes_.size() < 4) return std::nullopt;
    const std::uint32_t value = (std::uint32_t{bytes_[0]} << 24) | (std::uint32_t{bytes_[1]} << 16) |
                                (std::uint32_t{bytes_[2]} << 8) | std::uint32_t{bytes_[3]};
    bytes_ = bytes_.subspan(4);
    return value;
  }
  std::optional<std::uint64_t> u64() {
    if (bytes_.size() < 8) return std::nullopt;
    const std::uint64_t high = *u32();
    return high << 32 | *u32();
  }
  std::optional<Bytes> take(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    const Bytes taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  // Binary Data [MQTT5 1.5.6]: a two byte length and that many bytes.
  std::optional<Bytes> binary() {
    if (bytes_.size() < 2) return std::nullopt;
    const std::size_t length = static_cast<std::size_t>((bytes_[0] << 8) | bytes_[1]);
    if (bytes_.size() - 2 < length) return std::nullopt;
    const Bytes content = bytes_.subspan(2, length);
    bytes_ = bytes_.subspan(2 + length);
    return content;
  }
  Bytes rest() {
    const Bytes all = bytes_;
    bytes_ = {};
    return all;
  }

 private:
  Bytes bytes_;
};

// A growing run of bytes, appended at the back. Unlike std::vector it does not clear what is about to be overwritten.
// Pointers and views into it end with the next append. Out of memory ends the program (there are no exceptions here).
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ~ByteBuffer();

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  const std::uint8_t* data() const { return data_; }
  std::uint8_t* data() { return data_; }
  Bytes view() const { return {data_, size_}; }

  // Adds `count` bytes of unspecified content at the back and answers where they begin.
  std::uint8_t* extend(std::size_t count) {
    if (capacity_ - size_ < count) grow(count);
    std::uint8_t* begin = data_ + size_;
    size_ += count;
    return begin;
  }
  void reserve(std::size_t capacity);
  void truncate(std::size_t size) { size_ = size; }  // precondition: size <= size()
  void clear() { size_ = 0; }
  void release();                       // empties it and gives its memory back
  void erase_front(std::size_t count);  // precondition: count <= size()

  void u8(std::uint8_t value) { *extend(1) = value; }
  void u16(std::uint16_t value) { store_u16(extend(2), value); }
  void u32(std::uint32_t value) {
    std::uint8_t* at = extend(4);
    at[0] = static_cast<std::uint8_t>(value >> 24);
    at[1] = static_cast<std::uint8_t>(value >> 16);
    at[2] = static_cast<std::uint8_t>(value >> 8);
    at[3] = static_cast<std::uint8_t>(value);
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32));
    u32(static_cast<std::uint32_t>(value));
  }
  void append(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  // Binary Data or a UTF-8 Encoded String; precondition: at most 65,535 bytes.
  void binary(Bytes bytes) {
    u16(static_cast<std::uint16_t>(bytes.size()));
    append(bytes);
  }
  void text(std::string_view value) { binary(as_bytes(value)); }

  static void store_u16(std::uint8_t* at, std::uint16_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
  }

 private:
  void grow(std::size_t count);

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mqtt
