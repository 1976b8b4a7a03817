// Level texts counted and found by their hash.
#include "mqtt/topic/level_table.h"

#include "mqtt/topic/hash.h"

namespace mqtt {

namespace {

// The bytes that a text takes from the heap.
std::size_t heap_bytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

}  // namespace

LevelId LevelTable::find(std::string_view text) const {
  return ids_.find(hash_text(text), [&](LevelId level) { return levels_[level].text == text; });
}

LevelId LevelTable::acquire(std::string_view text) {
  if (const LevelId level = find(text)) return acquire(level);
  const LevelId level = levels_.take();
  levels_[level] = {std::string(text), 1};
  text_bytes_ += heap_bytes(levels_[level].text);
  ids_.insert(level, [&](LevelId id) { return hash_text(levels_[id].text); });
  return level;
}

LevelId LevelTable::acquire(LevelId level) {
  ++levels_[level].holders;
  return level;
}

void LevelTable::release(LevelId level) {
  if (--levels_[level].holders > 0) return;
  ids_.erase(level, [&](LevelId id) { return hash_text(levels_[id].text); });
  text_bytes_ -= heap_bytes(levels_[level].text);
  levels_.give_back(level);
}

std::size_t LevelTable::memory_bytes() const {
  return levels_.memory_bytes() + ids_.memory_bytes() + text_bytes_;
}

}  // namespace mqtt
