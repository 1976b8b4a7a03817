// Values side by side, each found by a number of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mqtt/topic/hash.h"
#include "mqtt/topic/id_table.h"

namespace mqtt {

// A long list has an index, so that no operation takes time by its length. KeyOf answers a value's number, by which no
// two values of a list are the same.
template <typename Value, typename KeyOf>
class IndexedList {
 public:
  // In the order in which they were added, until one is removed: the last one takes its place.
  const std::vector<Value>& values() const { return values_; }
  std::size_t size() const { return values_.size(); }

  // nullptr if there is none; what it points to holds until the list changes.
  const Value* find(std::uint32_t key) const {
    const std::size_t at = position(key);
    return at == values_.size() ? nullptr : &values_[at];
  }

  // Precondition: none has its key.
  void add(const Value& value) {
    values_.push_back(value);
    if (index_ != nullptr) {
      index_->insert(static_cast<std::uint32_t>(values_.size()), hash_of_value());
    } else if (values_.size() > kLongestWithoutIndex) {
      index_ = std::make_unique<IdTable>();
      for (std::uint32_t id = 1; id <= values_.size(); ++id)
        index_->insert(id, hash_of_value());
    }
  }

  // True if there was one.
  bool erase(std::uint32_t key) {
    const std::size_t at = position(key);
    if (at == values_.size()) return false;
    const auto id = static_cast<std::uint32_t>(at + 1);
    const auto last = static_cast<std::uint32_t>(values_.size());
    if (index_ != nullptr) {
      index_->erase(id, hash_of_value());
      if (id != last) index_->erase(last, hash_of_value());
    }
    values_[at] = values_.back();
    values_.pop_back();
    if (index_ != nullptr && id != last) index_->insert(id, hash_of_value());
    if (values_.size() < kShortestWithIndex) index_.reset();
    // Not by shrink_to_fit(), which does nothing in a libstdc++ without exceptions.
    if (values_.size() * 4 <= values_.capacity()) values_ = std::vector<Value>(values_);
    return true;
  }

  std::size_t heap_bytes() const {
    const std::size_t index = index_ == nullptr ? 0 : sizeof(IdTable) + index_->memory_bytes();
    return values_.capacity() * sizeof(Value) + index;
  }

 private:
  // Apart by far, so that a list does not build and drop its index again and again.
  static constexpr std::size_t kLongestWithoutIndex = 48;
  static constexpr std::size_t kShortestWithIndex = 16;

  static std::uint64_t hash_key(std::uint32_t key) { return hash_pair(0, key); }
  // What IdTable asks for to index the values.
  auto hash_of_value() const {
    return [this](std::uint32_t id) { return hash_key(KeyOf()(values_[id - 1])); };
  }

  // size() if it is not in the list.
  std::size_t position(std::uint32_t key) const {
    const auto has_key = [&](const Value& value) { return KeyOf()(value) == key; };
    if (index_ != nullptr) {
      const std::uint32_t id = index_->find(hash_key(key), [&](std::uint32_t at) { return has_key(values_[at - 1]); });
      return id == 0 ? values_.size() : id - 1;
    }
    std::size_t at = 0;
    while (at < values_.size() && !has_key(values_[at]))
      ++at;
    return at;
  }

  std::vector<Value> values_;
  std::unique_ptr<IdTable> index_;  // only of a long list: key -> 1 + position in values_
};

}  // namespace mqtt
