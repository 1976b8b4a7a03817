// A key and a value that are put together piece by piece -> a journal.
#pragma once

#include <cstdint>

#include "mqtt/base/bytes.h"
#include "mqtt/session/journal.h"

namespace mqtt {

// One record at a time: begin(), the rest of the key and the value, then put() or erase().
class RecordWriter {
 public:
  // Precondition of put() and erase(): a journal.
  explicit RecordWriter(Journal* journal) : journal_(journal) {}

  bool is_on() const { return journal_ != nullptr; }

  // The key, so far its first byte; the value is empty.
  ByteBuffer& begin(char kind) {
    key_.clear();
    value_.clear();
    key_.u8(static_cast<std::uint8_t>(kind));
    return key_;
  }
  ByteBuffer& key() { return key_; }
  ByteBuffer& value() { return value_; }

  void put() { journal_->put(key_.view(), value_.view()); }
  void erase() { journal_->erase(key_.view()); }

 private:
  Journal* journal_;
  ByteBuffer key_;
  ByteBuffer value_;
};

}  // namespace mqtt
