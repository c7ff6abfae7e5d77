from types import ModuleType

vue3: ModuleType
