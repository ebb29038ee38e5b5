public import ArgumentParser
public import Equipoise

// The library's choices as values of options.
extension Split: ExpressibleByArgument {}
extension SavedWeights: ExpressibleByArgument {}
extension ResumePolicy: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
