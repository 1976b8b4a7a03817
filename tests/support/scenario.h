// Scenario files (tests/scenarios/README.md) -> sequence charts, and the loop that plays one.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mqtt/base/time.h"

namespace mqtt::test {

struct ScenarioLine {
  int number = 0;  // in its file, from 1
  std::string text;
};

struct Scenario {
  std::string file;   // "wills.txt"
  std::string title;  // a sentence
  std::map<std::string, std::uint32_t> options;
  std::vector<ScenarioLine> lines;
};

// Gives the options of a scenario to those of a machine, by name.
class OptionTaker {
 public:
  explicit OptionTaker(const Scenario& scenario) : left_(scenario.options) {}

  // Unless the scenario names it, the option stays as it is.
  template <typename Option>
  void operator()(const char* name, Option& option) {
    const auto found = left_.find(name);
    if (found == left_.end()) return;
    option = static_cast<Option>(found->second);
    left_.erase(found);
  }
  void expect_nothing_left() const;

 private:
  std::map<std::string, std::uint32_t> left_;
};

std::ostream& operator<<(std::ostream& out, const Scenario& scenario);

// Those of tests/scenarios/`folder`, in the order of the files' names. What cannot be read ends the program.
std::vector<Scenario> scenarios_in(std::string_view folder);

// A name for INSTANTIATE_TEST_SUITE_P.
std::string name_of(const ::testing::TestParamInfo<Scenario>& info);

// What a scenario is played on: names send lines, and hear lines.
class Stage {
 public:
  virtual ~Stage() = default;

  // Whatever anybody hears must be what the next lines say, all of it, before anything else is done.
  void play(const Scenario& scenario);

 protected:
  virtual void sends(const std::string& who, const std::string& line) = 0;
  virtual void is_lost(const std::string& who) = 0;
  virtual void advances(Duration duration) = 0;
  // Called behind each of these: hears() all that has come.
  virtual void collect() = 0;

  void hears(const std::string& who, const std::string& line) { inboxes_[who].push_back(line); }

 private:
  void play(const std::string& line);
  void expect(const std::string& who, std::string_view wanted);
  void expect_nothing_else() const;

  std::map<std::string, std::deque<std::string>> inboxes_;
};

}  // namespace mqtt::test
