// The client module: clients and nothing else.
#include "machines.h"

namespace wasmqtt {

std::unique_ptr<Machines> make_machines() {
  return std::make_unique<Machines>();
}

}  // namespace wasmqtt
