// The text of a topic level -> a number, the same for every level of the same text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mqtt/topic/id_table.h"
#include "mqtt/topic/pool.h"

namespace mqtt {

using LevelId = std::uint32_t;
inline constexpr LevelId kNoLevel = 0;

// Texts are kept once and counted: a level lives as long as somebody who acquired it has not released it.
class LevelTable {
 public:
  // kNoLevel if nobody holds a level of this text.
  LevelId find(std::string_view text) const;
  LevelId acquire(std::string_view text);
  LevelId acquire(LevelId level);
  void release(LevelId level);

  std::string_view text(LevelId level) const { return levels_[level].text; }
  std::size_t size() const { return levels_.size(); }
  std::size_t memory_bytes() const;

 private:
  struct Level {
    std::string text;
    std::uint32_t holders = 0;
  };

  Pool<Level> levels_;
  IdTable ids_;
  std::size_t text_bytes_ = 0;  // of texts that do not fit into their std::string
};

}  // namespace mqtt
