import { Converter, ReflectionKind } from 'typedoc';

/** Names each entry point as its import ends: `discord`, not `platforms/discord`; the root as the package. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const name = module.name.replace(/^platforms\//, '');
      module.name = name === 'index' ? project.name : name;
    }
  });
}
